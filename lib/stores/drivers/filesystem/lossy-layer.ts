import * as fs from 'node:fs/promises';
import path from 'node:path';
import { nodeFileLayer, openFlags, type FileLayer, type OpenFile } from './file-layer.ts';

/**
 * A file layer for tests that models a machine losing power: `loseUnsynced` takes back names whose directory was not
 * synced (the latest ones first, as a journal would) and bytes that were not synced. It relies on the driver's files
 * growing at their end only.
 */
export class LossyLayer implements FileLayer {
  readonly #real: FileLayer = nodeFileLayer();
  readonly #directory: string;
  readonly #graveyard: string;
  /** What un-does each change of a name that is not durable yet, the latest last. */
  #unsyncedNames: (() => Promise<void>)[] = [];
  /** By inode; a file that is not in here lost nothing. */
  readonly #durableLength = new Map<bigint, number>();
  #buried = 0;
  /** For proving that the tests bite: calls to sync that are believed and not done. */
  ignoring: 'nothing' | 'file syncs' | 'directory syncs' = 'nothing';

  constructor(directory: string, graveyard: string) {
    this.#directory = directory;
    this.#graveyard = graveyard;
  }

  async open(name: string, flags: number, mode?: number): Promise<OpenFile> {
    const file = await this.#real.open(name, flags, mode);
    const { ino, size } = await file.stat();
    if (flags === openFlags.create) {
      this.#durableLength.set(ino, 0);
      this.#unsyncedNames.push(() => this.#real.unlink(name));
    } else if (flags === openFlags.goOn && !this.#durableLength.has(ino)) {
      this.#durableLength.set(ino, Number(size));
    }
    return {
      ...file,
      datasync: async () => {
        // What is synced is what was written before the call, not before its answer.
        const length = Number((await file.stat()).size);
        await file.datasync();
        if (this.ignoring !== 'file syncs') this.#durableLength.set(ino, length);
      },
      sync: async () => {
        const covered = this.#unsyncedNames.length;
        await file.sync();
        if (this.ignoring !== 'directory syncs') this.#unsyncedNames.splice(0, covered);
      },
      truncate: async (length) => {
        await file.truncate(length);
        this.#durableLength.set(ino, Math.min(length, this.#durableLength.get(ino) ?? length));
      },
    };
  }

  async link(existing: string, name: string): Promise<void> {
    await this.#real.link(existing, name);
    this.#unsyncedNames.push(() => this.#real.unlink(name));
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#real.rename(from, to);
    this.#unsyncedNames.push(() => this.#real.rename(to, from));
  }

  async unlink(name: string): Promise<void> {
    const grave = path.join(this.#graveyard, String(this.#buried++));
    await this.#real.rename(name, grave);
    this.#unsyncedNames.push(() => this.#real.rename(grave, name));
  }

  facts = (name: string) => this.#real.facts(name);
  makeDirectory = (name: string) => this.#real.makeDirectory(name);
  names = (directory: string) => this.#real.names(directory);
  space = (name: string) => this.#real.space(name);
  native = () => this.#real.native();

  /** @param random decides how much of what may be lost is lost, and whether lost bytes are missing or read as zeros. */
  async loseUnsynced(random: () => number): Promise<void> {
    const kept = Math.floor(random() * (this.#unsyncedNames.length + 1));
    for (const undo of this.#unsyncedNames.slice(kept).reverse()) await undo();
    this.#unsyncedNames = [];
    for (const name of await fs.readdir(this.#directory)) {
      const file = await fs.open(path.join(this.#directory, name), 'r+');
      const { ino, size } = await file.stat({ bigint: true });
      const durable = this.#durableLength.get(ino) ?? Number(size);
      if (durable < Number(size)) {
        await file.truncate(durable);
        if (random() < 0.5) await file.truncate(durable + Math.floor(random() * (Number(size) - durable)));
      }
      await file.close();
    }
  }
}
