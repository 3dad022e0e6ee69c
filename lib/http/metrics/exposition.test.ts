import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCopies } from '#lib/services/transfers/start-copies.ts';
import { addImage, openPlace, openProcess } from '#lib/transfers/test-support.ts';
import { toExposition } from './exposition.ts';

test('figures of stores and transfers are told in the form that Prometheus reads', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'archive' }]);
  const process = await openProcess(place);
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 4096 });
  await startCopies(process.ctx, { imageId: image.id, stores: ['archive'] });
  const lines = (await toExposition(process.runtime)).split('\n');
  for (const line of lines)
    assert.match(line, /^(|# (HELP|TYPE) .+|[a-z_]+(\{[a-z]+="[a-z_-]+"\})? [0-9.e+]+)$/);
  assert.ok(lines.includes('stowage_store_images{store="fast"} 1'));
  assert.ok(lines.includes('stowage_store_image_bytes{store="fast"} 4096'));
  assert.ok(lines.includes('stowage_store_reserved_bytes{store="archive"} 4096'));
  assert.ok(lines.includes('stowage_transfers_open{state="queued"} 1'));
  assert.ok(!lines.join('\n').includes(image.id));
});
