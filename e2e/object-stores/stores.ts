/** The object stores of these tests: one Swift, of which S3 is the other face. */
import type { TestSwift } from '#e2e/servers/swift.ts';

/** Directories `fast` and `back`; `s3` and `swift`, whose bucket and containers are made at the first start. */
export function objectStoresConfig(swift: TestSwift | null): string {
  return `default_store: fast
stores:
  - { id: fast, driver: filesystem, weight: 400, load_line: 100, options: { path: stores/fast } }
  - { id: s3, driver: s3, weight: 300, options: { endpoint: "${swift?.url}", region: us-east-1, bucket: images-s3, access_key: "${swift?.s3.accessKey}", secret_key: ${swift?.s3.secretKey}, path_style: true, create_bucket: true } }
  - { id: swift, driver: swift, weight: 200, options: { auth_url: "${swift?.authUrl}", username: "${swift?.username}", password: ${swift?.password}, container: images-swift, segment_size_mib: 4, create_container: true } }
  - { id: back, driver: filesystem, weight: 100, load_line: 100, options: { path: stores/back } }
`;
}

/**
 * Everything that lies in any container of the account but the stores' markers: S3 keeps its parts and open multipart
 * uploads in a container of its own, which is looked at as well.
 */
export async function remaining(swift: TestSwift | null): Promise<string[]> {
  if (swift === null) return [];
  const { storage, headers } = await signInto(swift);
  const names = async (path: string): Promise<string[]> => {
    const answer = await fetch(`${storage}${path}?format=json`, { headers });
    const listed = answer.status === 200 ? ((await answer.json()) as { name: string }[]) : [];
    return listed.map(({ name }) => name);
  };
  const found: string[] = [];
  for (const container of await names('')) {
    for (const name of await names(`/${encodeURIComponent(container)}`)) {
      if (!name.endsWith('stowage-store.json')) found.push(`${container}/${name}`);
    }
  }
  return found;
}

/** What lies in a container under the names of images, and how large each says that it is when it is read. */
export async function imagesIn(
  swift: TestSwift | null,
  container: string,
): Promise<{ count: number; bytes: number }> {
  if (swift === null) return { count: 0, bytes: 0 };
  const { storage, headers } = await signInto(swift);
  const listed = await fetch(`${storage}/${container}?format=json`, { headers });
  const found = { count: 0, bytes: 0 };
  for (const { name } of (await listed.json()) as { name: string }[]) {
    if (name.startsWith('.')) continue;
    const answer = await fetch(`${storage}/${container}/${name}`, { method: 'HEAD', headers });
    found.count += 1;
    found.bytes += Number(answer.headers.get('content-length'));
  }
  return found;
}

/** Puts other bytes in the place of the first object whose name matches. */
export async function changeBehind(
  swift: TestSwift | null,
  container: string,
  name: RegExp,
  sizeBytes: number,
): Promise<void> {
  if (swift === null) return;
  const { storage, headers } = await signInto(swift);
  const listed = (await (await fetch(`${storage}/${container}?format=json`, { headers })).json()) as {
    name: string;
  }[];
  const found = listed.find((object) => name.test(object.name))?.name ?? '';
  const body = Buffer.alloc(sizeBytes, 'x');
  const answer = await fetch(`${storage}/${container}/${found}`, { method: 'PUT', headers, body });
  if (answer.status !== 201) throw new Error(`${container}/${found} could not be changed: ${answer.status}`);
}

async function signInto({ authUrl, username, password }: TestSwift) {
  const signedIn = await fetch(authUrl, { headers: { 'x-auth-user': username, 'x-auth-key': password } });
  return {
    storage: signedIn.headers.get('x-storage-url') ?? '',
    headers: { 'x-auth-token': signedIn.headers.get('x-auth-token') ?? '' },
  };
}
