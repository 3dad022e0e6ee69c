import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { objectStoresConfig } from '#e2e/object-stores/stores.ts';
import { startSwift, type TestSwift } from '#e2e/servers/swift.ts';
import { debianEnvironment, requireDebian } from '#e2e/support/debian.ts';
import type { HttpClient } from '#e2e/support/http.ts';
import { waitForImage } from '#e2e/uploads/tus.ts';
import { compare, shell, type Candidate, type Row } from './measure.ts';
import type { Bench } from './bench.ts';
import { startBenchServer, type BenchServer } from './server.ts';
import { clientOf, put, removeImages } from './upload.ts';

const segmentMebibytes = 16;

/**
 * Into and out of Swift against its own client with the same segments, and from S3 to Swift against rclone; all on one
 * Swift on this machine, whose servers take most of the CPU in either case.
 */
export async function swift(bench: Bench): Promise<Row[]> {
  const requirement = await requireDebian(['python3-swiftclient', 'rclone']);
  if (!requirement.ok) throw new Error(requirement.reason);
  const started = await startSwift({ workers: 2, parent: bench.directory });
  if (!started.ok) throw new Error(started.reason);
  bench.after(() => started.server.remove());
  const { file, sizeBytes, rounds } = bench;
  const config = objectStoresConfig(started.server).replace(
    'segment_size_mib: 4',
    `segment_size_mib: ${segmentMebibytes}`,
  );
  const server = await startBenchServer(bench, { config });
  const client = clientOf(server);
  const command = swiftCommand(started.server);
  const hashes = `tee >(md5sum >/dev/null) >(sha512sum >/dev/null) < ${file} > /dev/null; wait`;
  const clear = () => shell(`${command} delete reference reference_segments || true`);
  const upload = `${command} upload --segment-size ${segmentMebibytes}M --segment-threads 4 --use-slo --object-name image reference ${file}`;
  const uploads = await compare(
    'upload into Swift',
    [
      {
        name: 'swift upload, then md5 and SHA-512',
        prepare: async () => void (await clear()),
        run: () => shell(`${upload}; ${hashes}`),
      },
      { ...put(server, file, sizeBytes, 'swift'), atMost: 1.0 },
    ],
    rounds,
  );
  const imageId = await onlyImage(client);
  const downloads = await compare(
    'download from Swift',
    [
      { name: 'swift download', run: () => shell(`${command} download --output /dev/null reference image`) },
      { ...download(server, imageId), atMost: 1.1 },
    ],
    rounds,
  );
  await removeImages(client);
  const copies = await copyRows(bench, server, started.server, client);
  return [...uploads, ...downloads, ...copies];
}

async function copyRows(
  { file, sizeBytes, rounds, directory }: Bench,
  server: BenchServer,
  swiftServer: TestSwift,
  client: HttpClient,
): Promise<Row[]> {
  const candidate = put(server, file, sizeBytes, 's3');
  await candidate.prepare?.();
  await candidate.run();
  const imageId = await onlyImage(client);
  const rclone = rcloneCommand(directory, swiftServer);
  await shell(`${rclone} copyto ${file} s3:rclone/image`);
  return compare(
    'copy from S3 to Swift, verified',
    [
      {
        name: 'rclone copyto, then one SHA-512 pass',
        prepare: async () => void (await shell(`${rclone} delete swift:rclone-target || true`)),
        run: () => shell(`${rclone} copyto s3:rclone/image swift:rclone-target/image; sha512sum ${file}`),
      },
      { ...copy(client, server, imageId), atMost: 1.0 },
    ],
    rounds,
  );
}

function copy(client: HttpClient, server: BenchServer, imageId: string): Candidate {
  return {
    name: 'Stowage, verified and active',
    pids: [server.pid],
    async prepare() {
      await client.send('DELETE', `/api/v1/images/${imageId}/locations/swift`);
      await waitForImage(client, imageId, ({ locations }) =>
        locations.every(({ store }) => store !== 'swift'),
      );
      await delay(300);
    },
    async run() {
      await client.json('POST', `/api/v1/images/${imageId}/copies`, 202, { stores: ['swift'] });
      const isDone = ({ store, verified_at: at }: { store: string; verified_at: string | null }) =>
        store === 'swift' && at !== null;
      await waitForImage(client, imageId, ({ locations }) => locations.some(isDone), 600_000);
    },
  };
}

function download(server: BenchServer, imageId: string): Candidate {
  return {
    name: 'GET',
    pids: [server.pid],
    run: async () => {
      const url = `${server.url}/image/v2/images/${imageId}/file`;
      await shell(`curl --fail --silent --output /dev/null --header 'X-Auth-Token: ${server.token}' ${url}`);
    },
  };
}

function swiftCommand({ authUrl, username, password }: TestSwift): string {
  const { PATH = '' } = debianEnvironment();
  return `env PATH=${PATH} swift --quiet --auth ${authUrl} --user ${username} --key ${password}`;
}

function rcloneCommand(directory: string, { url, authUrl, username, password, s3 }: TestSwift): string {
  const file = path.join(directory, 'rclone.conf');
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    file,
    `[s3]
type = s3
provider = Other
endpoint = ${url}
region = ${s3.region}
access_key_id = ${s3.accessKey}
secret_access_key = ${s3.secretKey}
force_path_style = true
[swift]
type = swift
auth = ${authUrl}
auth_version = 1
user = ${username}
key = ${password}
chunk_size = ${segmentMebibytes}Mi
`,
  );
  // It cannot have a bundle of certificates of its own with this transport.
  return `env -u AWS_CA_BUNDLE rclone --config ${file} --s3-chunk-size ${segmentMebibytes}Mi --s3-upload-concurrency 4`;
}

async function onlyImage(client: HttpClient): Promise<string> {
  const { images } = await client.json<{ images: { id: string }[] }>('GET', '/api/v1/images', 200);
  return images[0]?.id ?? '';
}
