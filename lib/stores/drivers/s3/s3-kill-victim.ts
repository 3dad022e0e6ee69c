import { writeSync } from 'node:fs';
import { MiB } from '#lib/contract/limits.ts';
import { patternBytes } from '../../conformance/place.ts';
import { seededRandom } from '../../fault-store.ts';
import type { S3Options } from './options.ts';
import { S3Store } from './s3-store.ts';

/**
 * The process that `s3-kill.test.ts` kills: begins, writes, commits, clones and removes for ever, and says on its
 * standard output what it is about to do and what was acknowledged.
 */
const [optionsText = '{}', seedText = '', prefix = ''] = process.argv.slice(2);
const random = seededRandom(Number(seedText));
const store = new S3Store('store', JSON.parse(optionsText) as S3Options);

export type Line =
  | { about: 'write'; key: string; seed: number; size: number }
  | { about: 'copy'; key: string; source: string }
  | { about: 'durable'; key: string; durableBytes: number; resumeState: string | null }
  | { about: 'committed' | 'remove' | 'removed'; key: string };

// Synchronous: what was said has left this process before it can be killed.
const say = (line: Line) => writeSync(1, `${JSON.stringify(line)}\n`);

for (let number = 0; ; number++) {
  const key = `${prefix}-${number}`;
  const size = Math.floor(random() ** 2 * 14 * MiB);
  const bytes = patternBytes(size, number);
  say({ about: 'write', key, seed: number, size });
  const writer = await store.begin(key, { sizeBytes: size });
  while (writer.position < size) {
    const end = Math.min(size, writer.position + 1 + Math.floor(random() * 3 * MiB));
    await writer.append([bytes.subarray(writer.position, end)]);
    if (random() < 0.5) say({ about: 'durable', key, ...(await writer.flush()) });
  }
  await writer.commit();
  say({ about: 'committed', key });
  if (number % 2 === 0) {
    const copy = `${key}-copy`;
    say({ about: 'copy', key: copy, source: key });
    await store.clone(store, { sourceKey: key, key: copy, sizeBytes: size, from: null });
    say({ about: 'committed', key: copy });
  } else if (random() < 0.5) {
    say({ about: 'remove', key });
    await store.remove(key);
    say({ about: 'removed', key });
  }
}
