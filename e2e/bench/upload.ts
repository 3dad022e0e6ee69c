import { createReadStream, rmSync } from 'node:fs';
import { mkdirSync, openSync, fsyncSync, closeSync, readdirSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { MiB } from '#lib/contract/limits.ts';
import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import { createTusUpload } from '#e2e/uploads/tus.ts';
import { shell, type Candidate, type Run } from './measure.ts';

export interface Target {
  url: string;
  token: string;
  pid: number;
}

export function clientOf({ url, token }: Target): HttpClient {
  return httpClient(url, { 'x-auth-token': token });
}

/** Sends bytes [start, end) of a file in one request, in chunks of 1 MiB, and waits for the answer. */
export function sendFile(
  url: string,
  method: string,
  file: string,
  range: { start: number; end: number },
  headers: Record<string, string>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      url,
      { method, headers: { ...headers, 'content-length': String(range.end - range.start) } },
      (answer) => {
        answer.resume();
        answer.on('end', () => {
          const status = answer.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve(status);
          else reject(new Error(`${method} ${url} was answered ${status}`));
        });
      },
    );
    request.on('error', reject);
    createReadStream(file, { start: range.start, end: range.end - 1, highWaterMark: MiB }).pipe(request);
  });
}

const tusHeaders = { 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' };

/** The floor that the issue names: hash with both, write, make durable. */
export function floor(file: string, directory: string): Candidate {
  const copy = path.join(directory, 'floor-copy');
  return {
    name: 'tee >(md5sum) >(sha512sum); sync',
    prepare: () => rmSync(copy, { force: true }),
    run: () =>
      shell(`tee >(md5sum >/dev/null) >(sha512sum >/dev/null) < ${file} > ${copy}; sync ${copy}; wait`),
  };
}

export function put(target: Target, file: string, sizeBytes: number, store: string): Candidate {
  const client = clientOf(target);
  let imageId = '';
  return {
    name: `PUT into ${store}`,
    pids: [target.pid],
    async prepare() {
      await removeImages(client);
      const image = await client.json<{ id: string }>('POST', '/image/v2/images', 201, {
        name: 'bench',
        disk_format: 'raw',
        container_format: 'bare',
      });
      imageId = image.id;
    },
    async run() {
      await sendFile(
        `${target.url}/image/v2/images/${imageId}/file`,
        'PUT',
        file,
        { start: 0, end: sizeBytes },
        {
          'x-auth-token': target.token,
          'content-type': 'application/octet-stream',
          'x-image-meta-store': store,
        },
      );
    },
  };
}

export interface TusOptions {
  stores: string;
  patchBytes?: number;
  /** Leave the last byte out, so that nothing is hashed and activated at the end. */
  unfinished?: boolean;
}

export function tus(
  target: Target,
  file: string,
  sizeBytes: number,
  { stores, patchBytes = sizeBytes, unfinished = false }: TusOptions,
): Candidate {
  const client = clientOf(target);
  let upload = { path: '' };
  return {
    name: `tus, ${patchBytes === sizeBytes ? 'one PATCH' : `${patchBytes / MiB} MiB PATCHes`} into ${stores}`,
    pids: [target.pid],
    async prepare() {
      await removeImages(client);
      upload = await createTusUpload(client, unfinished ? sizeBytes + 1 : sizeBytes, {
        name: 'bench',
        stores,
      });
    },
    async run() {
      for (let offset = 0; offset < sizeBytes; offset += patchBytes) {
        await sendFile(
          target.url + upload.path,
          'PATCH',
          file,
          { start: offset, end: Math.min(sizeBytes, offset + patchBytes) },
          {
            ...tusHeaders,
            'x-auth-token': target.token,
            'upload-offset': String(offset),
          },
        );
      }
    },
  };
}

/** Removes every image and unfinished upload, and waits until their bytes are gone from the disk. */
export async function removeImages(client: HttpClient): Promise<void> {
  const { uploads } = await client.json<{ uploads: { id: string; state: string }[] }>(
    'GET',
    '/api/v1/uploads',
    200,
  );
  for (const upload of uploads)
    if (upload.state !== 'done') await client.send('DELETE', `/api/v1/uploads/${upload.id}`);
  const { images } = await client.json<{ images: { id: string }[] }>('GET', '/api/v1/images?limit=1000', 200);
  for (const image of images) await client.send('DELETE', `/image/v2/images/${image.id}`);
  for (let i = 0; i < 100; i++) {
    const { stores } = await client.json<{ stores: { stored_bytes: number }[] }>(
      'GET',
      '/api/v1/stores',
      200,
    );
    if (stores.every((store) => store.stored_bytes === 0)) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
}

/** @tus/server with its own FileStore on bare node:http, in a process of its own. */
export async function startStock(
  directory: string,
): Promise<Target & { child: ChildProcess; directory: string }> {
  const files = path.join(directory, 'stock');
  mkdirSync(files, { recursive: true });
  const child = spawn(process.execPath, [new URL('./stock-tus-server.ts', import.meta.url).pathname, files], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((resolve) =>
    child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim())),
  );
  return { url: `http://127.0.0.1:${port}`, token: '', pid: child.pid ?? 0, child, directory: files };
}

export function stock(target: Target & { directory: string }, file: string, sizeBytes: number): Candidate {
  let location = '';
  return {
    name: 'stock @tus/server FileStore, one PATCH, fsync',
    pids: [target.pid],
    async prepare() {
      for (const name of readdirSync(target.directory)) rmSync(path.join(target.directory, name));
      const answer = await fetch(`${target.url}/files`, {
        method: 'POST',
        headers: { 'tus-resumable': '1.0.0', 'upload-length': String(sizeBytes + 1) },
      });
      location = new URL(answer.headers.get('location') ?? '').pathname;
    },
    async run(): Promise<Partial<Run>> {
      const startedAt = performance.now();
      await sendFile(
        target.url + location,
        'PATCH',
        file,
        { start: 0, end: sizeBytes },
        { ...tusHeaders, 'upload-offset': '0' },
      );
      const descriptor = openSync(path.join(target.directory, path.basename(location)), 'r+');
      fsyncSync(descriptor);
      closeSync(descriptor);
      return { wallSeconds: (performance.now() - startedAt) / 1000 };
    },
  };
}
