import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startSwift } from '#e2e/servers/swift.ts';
import { temporaryDirectory } from '#e2e/support/temporary-directory.ts';
import { selfSigned, terminateTls } from '#e2e/support/tls.ts';
import { MiB } from '#lib/contract/limits.ts';
import { assertSameBytes, marker, patternBytes, put, readAll } from '../../conformance/place.ts';
import { guardStore } from '../../guarded-store.ts';
import { isStoreFault } from '../../store.ts';
import type { SwiftOptions } from './options.ts';
import { openSwiftPlace } from './test-place.ts';

const started = await startSwift({ isBehindTls: true });

describe('the Swift driver behind TLS', { skip: started.ok ? false : started.reason }, () => {
  const directory = temporaryDirectory({ after });
  const account = { username: 'test:tester', password: 'testing' };
  const endings: (() => void)[] = [];
  let url = '';
  let trusted = '';

  before(async () => {
    const certificate = selfSigned(directory, 'good');
    url = await serve(certificate);
    trusted = certificate.file;
  });
  after(async () => {
    for (const end of endings) end();
    if (started.ok) await started.server.remove();
  });

  async function serve(certificate: ReturnType<typeof selfSigned>): Promise<string> {
    const { url, close } = await terminateTls(started.ok ? started.server.url : '', certificate);
    endings.push(close);
    return url;
  }

  /** The store cannot be used, and says why in these words, without the address. */
  async function assertShown(
    url: string,
    more: Partial<SwiftOptions>,
    words: { error: RegExp; remedy: RegExp },
  ): Promise<void> {
    const place = await openSwiftPlace({ ...account, auth_url: `${url}/auth/v1.0` }, more);
    const store = guardStore(await place.open(), { attempts: 1 });
    await assert.rejects(store.readMarker(), (error: unknown) => {
      assert.ok(isStoreFault(error, 'unavailable', 'failed'), String(error));
      assert.match(error.message, words.error);
      assert.match(error.remedy ?? '', words.remedy);
      assert.ok(!`${error.message}${error.remedy}`.includes(url));
      return true;
    });
    await store.close();
    await place.remove();
  }

  test('keeps images where ca_file names the authority', async () => {
    const place = await openSwiftPlace({ ...account, auth_url: `${url}/auth/v1.0` }, { ca_file: trusted });
    const store = guardStore(await place.open());
    await store.writeMarker(marker('store'));
    const bytes = patternBytes(2 * MiB + 17, 1);
    await put(store, 'image', bytes);
    assertSameBytes(await readAll(store, 'image'), bytes);
    await store.remove('image');
    await store.close();
    await place.remove();
  });

  test('trusts nobody else, however often it is asked', async () => {
    const error = /issued by nobody who is trusted here/;
    await assertShown(url, {}, { error, remedy: /ca_file/ });
    const other = selfSigned(directory, 'other');
    await assertShown(url, { ca_file: other.file }, { error, remedy: /ca_file/ });
  });

  test('says that a certificate has expired, or is not valid yet', async () => {
    const expired = selfSigned(directory, 'expired', { until: '20200102000000Z' });
    const error = /certificate of the endpoint has expired/;
    const ended = { ca_file: expired.file };
    await assertShown(await serve(expired), ended, { error, remedy: /Renew the certificate/ });
    const early = selfSigned(directory, 'early', { from: '20480101000000Z' });
    await assertShown(
      await serve(early),
      { ca_file: early.file },
      { error: /certificate of the endpoint is not valid yet/, remedy: /Compare the clocks/ },
    );
  });

  test('says that the file of certificates cannot be read', async () => {
    const words = { error: /file that ca_file names cannot be read/, remedy: /Name a file/ };
    await assertShown(url, { ca_file: '/nowhere/ca.pem' }, words);
  });

  test('says that TLS is spoken where none is', async () => {
    const plain = started.ok ? started.server.url.replace('http:', 'https:') : '';
    await assertShown(plain, {}, { error: /does not speak TLS as it should/, remedy: /http:\/\/ or https:/ });
  });
});
