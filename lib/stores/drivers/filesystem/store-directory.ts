import path from 'node:path';
import { SharedRuns } from '#lib/streams/shared-runs.ts';
import { StoreFault, type StoreFaultKind } from '../../store.ts';
import { openFlags, type FileLayer } from './file-layer.ts';

const markerName = '.stowage-store.json';
const objectName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const unfinishedName = /^\.([A-Za-z0-9][A-Za-z0-9._-]*)\.part$/;

/**
 * The names in the directory of a store: an object lies at `<key>`, an unfinished one at `.<key>.part`. Both are in
 * the same directory, so that publishing moves no byte. No key leads out of it.
 */
export class StoreDirectory {
  readonly storeId: string;
  readonly path: string;
  readonly files: FileLayer;
  readonly #syncs = new SharedRuns(() => this.#syncOnce(this.path));

  constructor(storeId: string, directory: string, files: FileLayer) {
    this.storeId = storeId;
    this.path = path.resolve(directory);
    this.files = files;
  }

  get markerPath(): string {
    return path.join(this.path, markerName);
  }

  objectPath(key: string): string {
    return path.join(this.path, this.#checked(key));
  }

  unfinishedPath(key: string): string {
    return path.join(this.path, `.${this.#checked(key)}.part`);
  }

  isMarker(name: string): boolean {
    return name === markerName;
  }

  /** The key of an unfinished object's file name, null for any other name. */
  keyOfUnfinished(name: string): string | null {
    return unfinishedName.exec(name)?.[1] ?? null;
  }

  /**
   * Makes names durable: what was created, linked or removed before the call survives a crash of the machine. Calls
   * that come while one is running share the next one, so a thousand uploads cost a few.
   */
  sync(): Promise<void> {
    return this.#syncs.run();
  }

  /** Makes the directory's own name durable. */
  syncParent(): Promise<void> {
    return this.#syncOnce(path.dirname(this.path));
  }

  async #syncOnce(directory: string): Promise<void> {
    const handle = await this.files.open(directory, openFlags.directory);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  fault(kind: StoreFaultKind, message: string, cause?: unknown): StoreFault {
    return new StoreFault(kind, this.storeId, message, cause);
  }

  #checked(key: string): string {
    if (!objectName.test(key)) throw this.fault('bad-key', 'This is no name that an object can have.');
    return key;
  }
}
