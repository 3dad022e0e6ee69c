import { writeSync } from 'node:fs';
import { seededRandom } from '../fault-store.ts';
import type { CloningStore } from '../store.ts';
import { patternBytes } from './place.ts';

/** What a victim says on its standard output: what it is about to do, and what was acknowledged. */
export type Line =
  | { about: 'write'; key: string; storeId: string; seed: number; size: number }
  | { about: 'copy'; key: string; storeId: string; source: string }
  | { about: 'durable'; key: string; durableBytes: number; resumeState: string | null }
  | { about: 'committed' | 'remove' | 'removed'; key: string };

export interface VictimOptions {
  store: CloningStore;
  /** What is copied is written here first; absent: in the store itself. */
  neighbour?: CloningStore;
  seed: number;
  /** Most bytes of an object (most objects have far less), and of what is written to it at once. */
  objectBytes: number;
  appendBytes: number;
}

/** Begins, writes, commits, clones and removes until the process is killed by `surviveKills`. */
export async function liveUntilKilled(options: VictimOptions): Promise<never> {
  const { store, neighbour = store, objectBytes, appendBytes } = options;
  const random = seededRandom(options.seed);
  for (let number = 0; ; number++) {
    const key = `image-${number}`;
    const isCopied = number % 2 === 0;
    const size = Math.floor(random() ** 2 * objectBytes);
    const bytes = patternBytes(size, number);
    const into = isCopied ? neighbour : store;
    say({ about: 'write', key, storeId: into.id, seed: number, size });
    const writer = await into.begin(key, { sizeBytes: size });
    while (writer.position < size) {
      const end = Math.min(size, writer.position + 1 + Math.floor(random() * appendBytes));
      await writer.append([bytes.subarray(writer.position, end)]);
      if (random() < 0.5) say({ about: 'durable', key, ...(await writer.flush()) });
    }
    await writer.commit();
    say({ about: 'committed', key });
    if (isCopied) {
      const copy = `${key}-copy`;
      say({ about: 'copy', key: copy, storeId: store.id, source: key });
      await store.clone(into, { sourceKey: key, key: copy, sizeBytes: size, from: null });
      say({ about: 'committed', key: copy });
    }
    if (random() < 0.5) {
      say({ about: 'remove', key });
      await into.remove(key);
      say({ about: 'removed', key });
    }
  }
}

/** Synchronous: what was said has left this process before it can be killed. */
function say(line: Line): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}
