/** The same conversation with a real Glance and with Stowage: what differs is listed, with its reason, or a fault. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { acceptedDifferences } from './accepted-differences.ts';
import { compare, judge } from './compare.ts';
import { imageData } from './conversation/data.ts';
import { imageRecords } from './conversation/images.ts';
import { lists } from './conversation/lists.ts';
import { metadefs } from './conversation/metadefs.ts';
import { sharing } from './conversation/sharing.ts';
import { openGlance, openStowage } from './sides.ts';
import { converse } from './transcript.ts';

const chapters = [imageRecords, lists, sharing, imageData, metadefs];

test('Stowage answers as Glance does, but for what is listed with its reason', async (context) => {
  const glanceSide = await openGlance(context);
  if (glanceSide === null) return;
  const glance = await converse(glanceSide, chapters);
  const stowage = await converse(await openStowage(context), chapters);
  assert.ok(glance.length > 500, `only ${glance.length} requests were made`);

  const { unaccepted, unused } = judge(compare(glance, stowage), acceptedDifferences);
  const shown = unaccepted.map(
    ({ index, request, what, glance: theirs, stowage: ours }) =>
      `${index} ${request}: ${what}: Glance ${inspect(theirs)}, Stowage ${inspect(ours)}`,
  );
  assert.deepEqual(shown.slice(0, 40), [], `${shown.length} differences that nobody accepted`);
  assert.deepEqual(
    unused.map(({ request, what, reason }) => `${request} ${what}: ${reason}`),
    [],
    'differences that were accepted and no longer occur',
  );
  for (const { reason, source } of acceptedDifferences) assert.ok(reason !== '' && source !== '');
});
