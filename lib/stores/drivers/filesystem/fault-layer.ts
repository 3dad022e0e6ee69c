import { nodeFileLayer, type FileLayer, type OpenFile } from './file-layer.ts';
import type { NativeCalls } from './native-calls.ts';

export interface HitCall {
  /** Counts from 1 over all calls, those on open files and the native ones too. */
  number: number;
  code: string;
  /** 'before': the call does nothing. 'after': it did its work and its answer is lost. */
  when: 'before' | 'after';
}

/** A file layer for tests, one call of which fails. */
export class FaultLayer implements FileLayer {
  readonly #real: FileLayer = nodeFileLayer();
  readonly #hit: HitCall | null;
  #calls = 0;
  #openFiles = 0;

  constructor(hit: HitCall | null) {
    this.#hit = hit;
  }

  get calls(): number {
    return this.#calls;
  }

  get openFiles(): number {
    return this.#openFiles;
  }

  get wasHit(): boolean {
    return this.#hit !== null && this.#calls >= this.#hit.number;
  }

  async open(path: string, flags: number, mode?: number): Promise<OpenFile> {
    const file = await this.#call(
      () => this.#real.open(path, flags, mode),
      (opened) => opened.close(),
    );
    this.#openFiles += 1;
    return {
      fd: file.fd,
      read: (...parameters) => this.#call(() => file.read(...parameters)),
      writev: (...parameters) => this.#call(() => file.writev(...parameters)),
      truncate: (length) => this.#call(() => file.truncate(length)),
      datasync: () => this.#call(() => file.datasync()),
      sync: () => this.#call(() => file.sync()),
      stat: () => this.#call(() => file.stat()),
      // However close() answers, the descriptor is gone.
      close: async () => {
        this.#openFiles -= 1;
        await file.close();
        await this.#call(async () => undefined);
      },
    };
  }

  facts = (path: string) => this.#call(() => this.#real.facts(path));
  link = (existing: string, path: string) => this.#call(() => this.#real.link(existing, path));
  rename = (from: string, to: string) => this.#call(() => this.#real.rename(from, to));
  unlink = (path: string) => this.#call(() => this.#real.unlink(path));
  makeDirectory = (path: string) => this.#call(() => this.#real.makeDirectory(path));
  space = (path: string) => this.#call(() => this.#real.space(path));

  async *names(directory: string): AsyncIterable<string> {
    for await (const name of this.#real.names(directory)) yield await this.#call(async () => name);
  }

  async native(): Promise<NativeCalls | null> {
    const calls = await this.#real.native();
    if (calls === null) return null;
    return {
      reflink: (...parameters) => this.#call(() => calls.reflink(...parameters)),
      copyRange: (...parameters) => this.#call(() => calls.copyRange(...parameters)),
      seek: (...parameters) => this.#call(() => calls.seek(...parameters)),
      startWriteback: (...parameters) => this.#call(() => calls.startWriteback(...parameters)),
    };
  }

  async #call<Value>(
    run: () => Promise<Value>,
    undo: (value: Value) => Promise<void> = async () => undefined,
  ): Promise<Value> {
    this.#calls += 1;
    const hit = this.#hit?.number === this.#calls ? this.#hit : null;
    const failure = hit && Object.assign(new Error(`${hit.code}: planned`), { code: hit.code });
    if (hit?.when === 'before') throw failure;
    const value = await run();
    if (failure === null) return value;
    await undo(value);
    throw failure;
  }
}
