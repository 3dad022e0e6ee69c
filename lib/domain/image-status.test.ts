import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageStatuses } from '#lib/contract/common.ts';
import { hasCode } from '#lib/contract/errors.ts';
import { assertMayBecome, mayBecome } from './image-status.ts';

test('an image goes from queued over saving to active', () => {
  assert.equal(mayBecome('queued', 'saving'), true);
  assert.equal(mayBecome('saving', 'active'), true);
});

test('nothing leads out of deleted', () => {
  for (const status of imageStatuses) assert.equal(mayBecome('deleted', status), status === 'deleted');
});

test('an active image never goes back to where its bytes could change', () => {
  for (const status of ['queued', 'saving', 'uploading', 'importing'] as const) {
    assert.throws(
      () => assertMayBecome('active', status),
      (error) => hasCode(error, 'wrong_state'),
    );
  }
});
