import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { KiB, MiB } from '#lib/contract/limits.ts';
import { startCeph } from '#e2e/servers/ceph.ts';
import { describeStoreConformance } from '../../conformance/conformance.ts';
import { assertFault, assertSameBytes, marker, patternBytes, put, readAll } from '../../conformance/place.ts';
import { guardStore } from '../../guarded-store.ts';
import { openSwiftPlace } from './test-place.ts';

const powers = ['write', 'append', 'clone', 'list', 'capacity'] as const;
const sizes = { objectSizeBytes: 3 * MiB + 4321, holeSizeBytes: 64 * KiB, rounds: 4 };

const started = await startCeph();
if (!started.ok) {
  test('the Swift driver on radosgw', { skip: started.reason }, () => undefined);
} else {
  const { authUrl, username, password } = started.ceph.radosgw.swift;
  const account = { auth_url: authUrl, username, password };
  describe('on radosgw', () => {
    after(() => started.ceph.remove());
    describeStoreConformance('the Swift driver', powers, {
      openPlace: () => openSwiftPlace(account),
      ...sizes,
    });

    test('serves nothing that was changed behind its back, though radosgw would', async () => {
      const place = await openSwiftPlace(account);
      const store = guardStore(await place.open(), { firstBackoffMilliseconds: 1 });
      await store.writeMarker(marker('store'));
      const bytes = patternBytes(3 * MiB + 9, 1);
      await put(store, 'image-1', bytes);
      const { container } = place.options;
      const { client } = place.behind;
      const get = { method: 'GET', path: [container, 'image-1'], expect: [200] } as const;
      assertSameBytes((await client.send(get)).body, bytes, 'what others read');
      const second = (await place.behind.segmentsOf('image-1')).find(({ name }) =>
        /\/0{9}1048576-/.test(name),
      );
      const path = [`${container}_segments`, second?.name ?? ''];
      await client.send({ method: 'PUT', path, body: patternBytes(1 * MiB, 99), expect: [201] });
      assert.equal((await client.send(get)).body.equals(bytes), false, 'radosgw serves it');
      await assertFault('corrupt', () => readAll(store, 'image-1'));
      assertSameBytes(
        await readAll(store, 'image-1', { offset: 2 * MiB, length: 1 * MiB }),
        bytes.subarray(2 * MiB, 3 * MiB),
        'what is not concerned',
      );
      await store.remove('image-1');
      assert.deepEqual(await place.names(), [`${container}/.stowage-store.json`]);
      await store.close();
      await place.remove();
    });
  });
}
