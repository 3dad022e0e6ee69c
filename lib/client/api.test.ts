import assert from 'node:assert/strict';
import test, { afterEach } from 'node:test';
import { ApiError, api, sessionEndedEvent, withQuery } from './api.ts';
import { renewSession } from './session-renewal.ts';

const realFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = realFetch;
});
const answer = (response: Response) => {
  globalThis.fetch = async () => response;
};
const refused = async (): Promise<ApiError> => {
  try {
    await api('/api/v1/images');
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('was not refused');
};

test('an answer of the service is its parsed body, and 204 is nothing', async () => {
  answer(Response.json({ images: [] }));
  assert.deepEqual(await api('/api/v1/images'), { images: [] });
  answer(new Response(null, { status: 204 }));
  assert.equal(await api('/api/v1/images/x', { method: 'DELETE' }), undefined);
});

test('problem details become an error with code, sentence, remedy and request id', async () => {
  answer(
    Response.json(
      {
        type: 'about:blank',
        title: 'Conflict',
        status: 409,
        code: 'last_location',
        detail: 'This is the only good copy.',
        remedy: 'Copy it to another store first.',
        request_id: 'req-1',
      },
      { status: 409, headers: { 'content-type': 'application/problem+json' } },
    ),
  );
  const error = await refused();
  assert.equal(error.code, 'last_location');
  assert.equal(error.status, 409);
  assert.equal(error.message, 'This is the only good copy.');
  assert.equal(error.remedy, 'Copy it to another store first.');
  assert.equal(error.requestId, 'req-1');
});

test("a proxy's own page is an error with its status and the request id of the header", async () => {
  answer(
    new Response('<html>Bad gateway</html>', {
      status: 502,
      statusText: 'Bad Gateway',
      headers: { 'x-openstack-request-id': 'req-2' },
    }),
  );
  const error = await refused();
  assert.equal(error.code, 'internal');
  assert.equal(error.message, '502 Bad Gateway');
  assert.equal(error.requestId, 'req-2');
});

test('no answer at all is an error of its own, so that pages can say what is not known', async () => {
  globalThis.fetch = async () => {
    throw new TypeError('fetch failed');
  };
  const error = await refused();
  assert.equal(error.code, 'network');
  assert.equal(error.status, 0);
});

test('an abandoned request stays an abort and is no error of the service', async () => {
  const controller = new AbortController();
  globalThis.fetch = async () => {
    controller.abort();
    throw new DOMException('aborted', 'AbortError');
  };
  await assert.rejects(api('/api/v1/images', { signal: controller.signal }), { name: 'AbortError' });
});

test('leaves out of the query what says nothing', () => {
  assert.equal(
    withQuery('/a', { q: '', store: undefined, cursor: null, limit: 0, tab: 'all' }),
    '/a?limit=0&tab=all',
  );
  assert.equal(withQuery('/a'), '/a');
});

test('who is refused while this browser signs in anew asks again, and nobody else is told to sign in', async (t) => {
  const heard: string[] = [];
  Object.assign(globalThis, { window: { dispatchEvent: ({ type }: Event) => heard.push(type) } });
  t.after(() => Reflect.deleteProperty(globalThis, 'window'));
  let isSignedIn = false;
  const held: (() => void)[] = [];
  globalThis.fetch = async () => {
    const status = isSignedIn ? 200 : 401;
    await new Promise<void>((resolve) => held.push(resolve));
    return Response.json(status === 200 ? { images: [] } : {}, { status });
  };
  const answerAll = () => held.splice(0).forEach((go) => go());
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const { promise: renewed, resolve: renew } = Promise.withResolvers<void>();
  const early = api('/api/v1/images');
  const renewal = renewSession(() => renewed);
  const between = api('/api/v1/images');
  const late = api('/api/v1/images');
  held.splice(0, 2).forEach((go) => go());
  await turn();
  assert.equal(held.length, 1, 'nobody asks again before the end');
  isSignedIn = true;
  renew();
  await renewal;
  await turn();
  for (let i = 0; i < 2; i += 1) {
    answerAll();
    await turn();
  }
  assert.deepEqual(await Promise.all([early, between, late]), Array(3).fill({ images: [] }));
  assert.deepEqual(heard, []);

  isSignedIn = false;
  const refusedNow = refused();
  answerAll();
  assert.equal((await refusedNow).status, 401);
  assert.deepEqual(heard, [sessionEndedEvent]);
});
