import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeFailure } from './failure.ts';
import type { TransportFailure } from './failure.ts';

const failure = (change: Partial<TransportFailure>): TransportFailure => ({
  status: null,
  body: '',
  code: null,
  retryAfterSeconds: null,
  requestId: null,
  unreadable: false,
  ...change,
});

test('waits for a server that does not answer, is stopping or asks for time', () => {
  assert.deepEqual(judgeFailure(failure({})), { next: 'wait-for-server', afterSeconds: null });
  assert.deepEqual(judgeFailure(failure({ status: 503, retryAfterSeconds: 10 })), {
    next: 'wait-for-server',
    afterSeconds: 10,
  });
});

test('asks for the offset again on a conflict or a lock, and signs in again on 401', () => {
  assert.equal(judgeFailure(failure({ status: 409 })).next, 'ask-again');
  assert.equal(judgeFailure(failure({ status: 423 })).next, 'ask-again');
  assert.equal(judgeFailure(failure({ status: 401 })).next, 'sign-in');
  assert.equal(judgeFailure(failure({ status: 409, code: 'wrong_state' })).next, 'stop');
});

test('stops on a refusal with the status where only a proxy spoke', () => {
  const verdict = judgeFailure(failure({ status: 413, body: '<html>413 Request Entity Too Large</html>' }));
  assert.deepEqual(verdict, {
    next: 'stop',
    problem: { kind: 'refused', detail: 'HTTP 413', remedy: null, requestId: null },
  });
});

test('waits for room where the limit is for now, and stops where it is not', () => {
  const over = { status: 413, code: 'quota_exceeded' };
  const verdict = judgeFailure(failure({ ...over, retryAfterSeconds: 10 }));
  assert.ok(verdict.next === 'wait-for-room' && verdict.afterSeconds === 10);
  assert.equal(judgeFailure(failure(over)).next, 'stop');
});

test('knows an upload that was removed and a file that cannot be read', () => {
  const gone = judgeFailure(failure({ status: 404, requestId: 'req-2' }));
  assert.ok(gone.next === 'stop' && gone.problem.kind === 'gone' && gone.problem.requestId === 'req-2');
  const unreadable = judgeFailure(failure({ unreadable: true }));
  assert.ok(unreadable.next === 'stop' && unreadable.problem.kind === 'unreadable');
});
