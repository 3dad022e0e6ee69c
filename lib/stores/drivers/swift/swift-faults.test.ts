import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startSwift } from '#e2e/servers/swift.ts';
import { noFaults, startFaultProxy, type FaultProxy, type SeenRequest } from '#e2e/support/fault-proxy.ts';
import { MiB } from '#lib/contract/limits.ts';
import { testBadNetwork } from '../../conformance/bad-network.ts';
import { assertFault, assertSameBytes, marker, patternBytes, put, readAll } from '../../conformance/place.ts';
import { guardStore } from '../../guarded-store.ts';
import { openSwiftPlace, type SwiftTestPlace } from './test-place.ts';

const given = process.env['STOWAGE_TEST_SWIFT'];
const started = given ? null : await startSwift();
const reason = started === null || started.ok ? false : started.reason;
const server = started?.ok ? started.server : null;
const target = given?.replace(/\/auth.*/, '') ?? server?.url ?? '';

describe('the Swift driver through a bad network', { skip: reason }, () => {
  let proxy: FaultProxy;
  let place: SwiftTestPlace;
  let direct: SwiftTestPlace;

  before(async () => {
    proxy = await startFaultProxy(target);
    const account = { username: 'test:tester', password: 'testing' };
    place = await openSwiftPlace({ ...account, auth_url: `${proxy.url}/auth/v1.0` });
    const { container } = place.options;
    direct = await openSwiftPlace({ ...account, auth_url: `${target}/auth/v1.0` }, { container });
    const store = guardStore(await place.open());
    await store.writeMarker(marker('store'));
    await store.close();
  });
  after(async () => {
    await proxy?.close();
    await server?.remove();
  });

  test('discards nothing of a committed object whose manifest Swift does not find at the moment', async () => {
    const open = async () => guardStore(await place.open(), { firstBackoffMilliseconds: 5 });
    const bytes = patternBytes(3 * MiB + 9, 4);
    proxy.plan(noFaults);
    const store = await open();
    await put(store, 'image-1', bytes);
    const isManifest = ({ url }: SeenRequest) => url.includes('multipart-manifest=get');
    proxy.plan((request) => (isManifest(request) ? { kind: 'status', status: 404 } : null));
    await assertFault('unavailable', () => store.discard('image-1', null));
    assert.equal(proxy.faults, 1);
    proxy.plan(noFaults);
    assertSameBytes(await readAll(store, 'image-1'), bytes);
    await store.discard('image-1', null);
    assertSameBytes(await readAll(store, 'image-1'), bytes);
    await store.remove('image-1');
    await store.close();
  });

  testBadNetwork({
    proxy: () => proxy,
    open: () => place.open(),
    async assertEmpty() {
      const { container } = place.options;
      const names: string[] = [];
      for (const where of [container, `${container}_segments`]) {
        for await (const { name } of direct.behind.list(where)) names.push(name);
      }
      assert.deepEqual(names, ['.stowage-store.json']);
    },
    sizeBytes: 3 * MiB + 70_001,
    durableBytes: 1 * MiB + 10,
    requests: { least: 40, most: 110 },
    everyNth: 5,
  });
});
