import assert from 'node:assert/strict';
import test from 'node:test';
import type { TransferView } from '#lib/contract/transfers.ts';
import { withStarted } from './transfers.ts';

const transfer = (id: string, state: TransferView['state']) => ({ id, state }) as TransferView;

test('a transfer that an event has told of already is not listed twice when its start is answered', () => {
  const open = [transfer('b', 'running'), transfer('x', 'paused')];
  const started = [transfer('a', 'queued'), transfer('b', 'queued')];
  assert.deepEqual(
    withStarted(open, started).map(({ id, state }) => [id, state]),
    [
      ['a', 'queued'],
      ['b', 'running'],
      ['x', 'paused'],
    ],
  );
});
