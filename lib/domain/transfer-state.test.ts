import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transferStates } from '#lib/contract/transfers.ts';
import { hasCode } from '#lib/contract/errors.ts';
import { assertMay, isOpen, mayBecome, transferActions } from './transfer-state.ts';

test('done and canceled are left by nothing', () => {
  for (const state of transferStates) {
    assert.equal(mayBecome('done', state), state === 'done');
    assert.equal(mayBecome('canceled', state), state === 'canceled');
  }
});

test('nothing becomes done without having been verified', () => {
  const ways = transferStates.filter((state) => state !== 'done' && mayBecome(state, 'done'));
  assert.deepEqual(ways, ['verifying']);
});

test('what is offered is exactly what is accepted', () => {
  for (const state of transferStates) {
    const offered = transferActions(state, null);
    for (const verb of ['pause', 'resume', 'cancel', 'retry'] as const) {
      const refused = (() => {
        try {
          assertMay(verb, state);
          return false;
        } catch (error) {
          return hasCode(error, 'wrong_state');
        }
      })();
      assert.equal(offered[verb] === true, !refused, `${verb} in ${state}`);
    }
  }
});

test('a transfer that is being canceled offers nothing else', () => {
  assert.equal(typeof transferActions('running', 'cancel')['pause'], 'string');
  assert.equal(isOpen('failed'), false);
});
