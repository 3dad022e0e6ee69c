import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient } from '#e2e/support/http.ts';

/** Bare tus requests, for tests that need each header to be theirs. */
export interface TusUpload {
  path: string;
  imageId: string;
}

export function encodeMetadata(metadata: Readonly<Record<string, string>>): string {
  return Object.entries(metadata)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');
}

export async function createTusUpload(
  client: HttpClient,
  length: number | 'deferred',
  metadata: Readonly<Record<string, string>> = {},
): Promise<TusUpload> {
  const answer = await client.send('POST', '/api/uploads', {
    headers: {
      'tus-resumable': '1.0.0',
      ...(length === 'deferred' ? { 'upload-defer-length': '1' } : { 'upload-length': String(length) }),
      ...(Object.keys(metadata).length === 0 ? {} : { 'upload-metadata': encodeMetadata(metadata) }),
    },
  });
  const text = await answer.text();
  const path = answer.headers.get('location');
  const imageId = answer.headers.get('stowage-image-id');
  if (answer.status !== 201 || path === null || imageId === null) {
    throw new Error(`creation was answered ${answer.status}: ${text}`);
  }
  return { path, imageId };
}

export function patch(
  client: HttpClient,
  upload: Pick<TusUpload, 'path'>,
  offset: number,
  body: Uint8Array<ArrayBuffer> | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return client.send('PATCH', upload.path, {
    body,
    headers: {
      'tus-resumable': '1.0.0',
      'upload-offset': String(offset),
      'content-type': 'application/offset+octet-stream',
      ...headers,
    },
  });
}

export async function offsetOf(client: HttpClient, upload: Pick<TusUpload, 'path'>): Promise<number> {
  const answer = await client.send('HEAD', upload.path, { headers: { 'tus-resumable': '1.0.0' } });
  const offset = answer.headers.get('upload-offset');
  if (answer.status !== 200 || offset === null) throw new Error(`HEAD was answered ${answer.status}`);
  return Number(offset);
}

export interface ShownImage {
  id: string;
  status: string;
  sha512: string | null;
  md5: string | null;
  size_bytes: number | null;
  disk_format: string | null;
  locations: { store: string; state: string; bytes: number; verified_at: string | null }[];
}

export async function waitForImage(
  client: HttpClient,
  imageId: string,
  until: (image: ShownImage) => boolean = (image) => image.status === 'active',
  patienceMilliseconds = 20_000,
): Promise<ShownImage> {
  const deadline = performance.now() + patienceMilliseconds;
  for (;;) {
    const image = await client.json<ShownImage>('GET', `/api/v1/images/${imageId}`, 200);
    if (until(image)) return image;
    if (performance.now() > deadline) throw new Error(`the image is still ${JSON.stringify(image)}`);
    await sleep(100);
  }
}

export function randomFile(bytes: number): Buffer<ArrayBuffer> {
  return Buffer.from(randomBytes(bytes)) as Buffer<ArrayBuffer>;
}

export function sha512(bytes: Uint8Array): string {
  return createHash('sha512').update(bytes).digest('hex');
}
