import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { patternBytes } from '../../conformance/place.ts';
import { seededRandom } from '../../fault-store.ts';
import { FilesystemStore } from './filesystem-store.ts';

/**
 * The process that `filesystem-kill.test.ts` kills: begins, writes, commits, clones and removes for ever, and says on
 * its standard output what it is about to do and what was acknowledged.
 */
const [directory = '', neighbour = '', seedText = '', prefix = ''] = process.argv.slice(2);
const seed = Number(seedText);
const random = seededRandom(seed);
const store = new FilesystemStore('store', { path: directory, shared: false });
const other = new FilesystemStore('neighbour', { path: neighbour, shared: false });

export type Line =
  | { about: 'write'; key: string; seed: number; size: number }
  | { about: 'copy'; key: string; source: string }
  | { about: 'durable'; key: string; durableBytes: number }
  | { about: 'committed'; key: string }
  | { about: 'remove'; key: string }
  | { about: 'removed'; key: string };

// Synchronous: what was said has left this process before it can be killed.
const say = (line: Line) => writeSync(1, `${JSON.stringify(line)}\n`);

for (let number = 0; ; number++) {
  const key = `${prefix}-${number}`;
  const size = Math.floor(random() * 3_000_000);
  const bytes = patternBytes(size, number);
  say({ about: 'write', key, seed: number, size });
  const writer = await (number % 2 ? store : other).begin(key, { sizeBytes: size });
  while (writer.position < size) {
    const end = Math.min(size, writer.position + 1 + Math.floor(random() * 600_000));
    await writer.append([bytes.subarray(writer.position, end)]);
    if (random() < 0.5) {
      const { durableBytes } = await writer.flush();
      say({ about: 'durable', key, durableBytes });
    }
  }
  await writer.commit();
  say({ about: 'committed', key });
  if (number % 2 === 0) {
    const copy = `${key}-copy`;
    say({ about: 'copy', key: copy, source: key });
    await store.clone(other, { sourceKey: key, key: copy, sizeBytes: size, from: null });
    say({ about: 'committed', key: copy });
  } else if (random() < 0.5) {
    say({ about: 'remove', key });
    await store.remove(key);
    say({ about: 'removed', key });
  }
  if (random() < 0.1) await delay(1);
}
