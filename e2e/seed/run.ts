/**
 * Fills the database of a stopped Stowage with images that are rows and no bytes, for lists and searches at full size:
 * `node e2e/seed/run.ts --database data/stowage.db [--images 1000000] [--seed 1] [--stores fast,archive]`, or
 * `--database postgres://…`. It must have been used by this Stowage once, and is best a fresh one.
 */
import { parseArgs } from 'node:util';
import { seedRows } from './images.ts';
import { owners, rareOwner, storesLike } from './cloud.ts';
import { writeRows } from './write.ts';

const { values } = parseArgs({
  options: {
    database: { type: 'string' },
    images: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    stores: { type: 'string', default: 'fast,archive' },
  },
});
if (values.database === undefined) throw new Error('Say which database to fill: --database <file>.');
const startedAt = performance.now();
const images = Number(values.images);
await writeRows(
  values.database,
  seedRows({
    images,
    seed: Number(values.seed),
    stores: storesLike(values.stores.split(',')),
    owners: owners(300),
    rare: { owner: rareOwner, every: Math.ceil(images / 40) },
  }),
);
console.log(`${images} images in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
