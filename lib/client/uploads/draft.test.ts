import assert from 'node:assert/strict';
import test from 'node:test';
import type { UploadView } from '#lib/contract/uploads.ts';
import { inEnglish } from '#lib/i18n/in-english.ts';
import { bytesToSend, isReady, toOrders, verdictOf } from './draft.ts';
import type { DraftFile, SharedWishes } from './draft.ts';
import { fingerprintOf, readFingerprint, writeFingerprint } from './fingerprint.ts';
import { inspectFile } from './inspect-file.ts';
import { parseSha512Sums } from './sha512sums.ts';

const wishes: SharedWishes = {
  stores: ['fast', 'archive'],
  visibility: 'private',
  tags: ['erp', '2026'],
  protect: true,
  hashes: parseSha512Sums(''),
  client: 'Chrome on Linux',
};

async function draftOf(file: File, change: Partial<DraftFile> = {}): Promise<DraftFile> {
  const read = { inspection: await inspectFile(file), fingerprint: await fingerprintOf(file) };
  return { id: 1, file, name: file.name, read, goOn: null, ...change };
}

const rawFile = (text = 'a raw disk', name = 'disk.raw') =>
  new File([text.padEnd(4096, '.')], name, { lastModified: 7 });

/** A qcow2 version 3 that needs base.qcow2. */
function overlay(): File {
  const bytes = new Uint8Array(65536);
  const view = new DataView(bytes.buffer);
  bytes.set([0x51, 0x46, 0x49, 0xfb]);
  view.setUint32(4, 3);
  view.setBigUint64(8, 512n);
  view.setUint32(16, 10);
  view.setUint32(20, 16);
  view.setBigUint64(24, 1073741824n);
  view.setUint32(36, 1);
  view.setBigUint64(40, 196608n);
  view.setBigUint64(48, 65536n);
  view.setUint32(56, 1);
  view.setUint32(96, 4);
  view.setUint32(100, 104);
  bytes.set(new TextEncoder().encode('base.qcow2'), 512);
  return new File([bytes], 'overlay.qcow2');
}

async function unfinished(file: File, change: Partial<UploadView> = {}): Promise<UploadView> {
  return {
    id: 'u1',
    url: '/api/uploads/u1',
    image_id: 'image-1',
    name: 'Begun elsewhere',
    state: 'receiving',
    length_bytes: file.size,
    offset_bytes: 1000,
    file: {
      name: file.name,
      size_bytes: file.size,
      fingerprint: writeFingerprint(await fingerprintOf(file)),
    },
    stores: [{ store: 'archive', durable_bytes: 1000, state: 'writing', error: null }],
    ...change,
  } as UploadView;
}

test('orders a new upload with everything that the sheet decided', async () => {
  const draft = await draftOf(rawFile(), { name: 'ERP' });
  const { fresh, resumed } = toOrders([draft], [], wishes);
  assert.deepEqual(resumed, []);
  assert.equal(fresh[0]?.name, 'ERP');
  assert.deepEqual(fresh[0]?.stores, ['fast', 'archive']);
  const { fingerprint, ...rest } = fresh[0]?.metadata ?? {};
  assert.ok(readFingerprint(fingerprint ?? null));
  assert.deepEqual(rest, {
    client: 'Chrome on Linux',
    visibility: 'private',
    protected: 'true',
    tags: 'erp,2026',
  });
});

test('sends the expected hash with the file that its line names', async () => {
  const hash = 'ab'.repeat(64);
  const drafts = [await draftOf(rawFile()), await draftOf(rawFile('other', 'other.raw'))];
  const { fresh } = toOrders(drafts, [], { ...wishes, hashes: parseSha512Sums(`${hash}  other.raw`) });
  assert.equal(fresh[0]?.metadata.sha512, undefined);
  assert.equal(fresh[1]?.metadata.sha512, hash);
});

test('refuses an image that needs another file, with the remedy, and leaves the others alone', async () => {
  const drafts = [await draftOf(overlay()), await draftOf(rawFile())];
  const verdict = verdictOf(drafts[0] as DraftFile, []);
  assert.ok(verdict.kind === 'refused');
  assert.match(inEnglish(verdict.sentence), /base\.qcow2/);
  assert.notEqual(inEnglish(verdict.remedy), '');
  assert.equal(toOrders(drafts, [], wishes).fresh.length, 1);
  assert.equal(bytesToSend(drafts, []), 4096);
});

test('goes on with the unfinished upload of the same file unless the person starts over', async () => {
  const file = rawFile();
  const uploads = [await unfinished(file)];
  const draft = await draftOf(file);
  assert.equal(verdictOf(draft, uploads).kind, 'goes-on');
  assert.equal(bytesToSend([draft], uploads), 3096);
  const { fresh, resumed } = toOrders([draft], uploads, wishes);
  assert.equal(fresh.length, 0);
  assert.equal(resumed[0]?.uploadId, 'u1');
  assert.deepEqual(resumed[0]?.stores, ['archive']);
  assert.equal(toOrders([{ ...draft, goOn: false }], uploads, wishes).fresh.length, 1);
});

test('asks before it goes on with a file that was changed since, and makes a new upload otherwise', async () => {
  const file = rawFile();
  const uploads = [await unfinished(new File([file], file.name, { lastModified: 8 }))];
  const draft = await draftOf(file);
  assert.equal(verdictOf(draft, uploads).kind, 'changed');
  assert.equal(toOrders([draft], uploads, wishes).fresh.length, 1);
  assert.equal(toOrders([{ ...draft, goOn: true }], uploads, wishes).resumed.length, 1);
});

test('is not ready while it is read, when it cannot be read and when it is empty', async () => {
  assert.equal(isReady(verdictOf({ ...(await draftOf(rawFile())), read: null }, [])), false);
  assert.equal(verdictOf({ ...(await draftOf(rawFile())), read: false }, []).kind, 'unreadable');
  assert.equal(verdictOf(await draftOf(new File([], 'empty.raw')), []).kind, 'empty');
});

test('refuses before a byte is sent what the server would refuse after the last: an archive is no disk', async () => {
  const gzip = new Uint8Array(4096);
  gzip.set([0x1f, 0x8b, 8, 0]);
  const verdict = verdictOf(await draftOf(new File([gzip], 'disk.img.gz')), []);
  assert.ok(verdict.kind === 'refused');
  assert.equal(inEnglish(verdict.sentence), 'These bytes are a gzip archive, not a disk.');
});

test('says how to flatten an overlay with its own name', async () => {
  const verdict = verdictOf(await draftOf(new File([overlay()], 'my disk.qcow2')), []);
  assert.ok(verdict.kind === 'refused');
  assert.equal(verdict.command, "qemu-img convert -O qcow2 'my disk.qcow2' flat.qcow2");
  assert.match(inEnglish(verdict.remedy), /'my disk\.qcow2'/);
});

test('warns of a raw disk that ends within a sector', async () => {
  const verdict = verdictOf(await draftOf(new File(['hello'], 'notes.txt')), []);
  assert.deepEqual(verdict, { kind: 'warned', warnings: [], hasOddSize: true });
});
