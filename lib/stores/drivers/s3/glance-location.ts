/**
 * Locations as Glance's s3 store writes them: `s3://`, `s3+http://` or `s3+https://`, in older rows the keys of an
 * account before an `@`, then host, bucket and object. A secret may hold slashes, so the last `@` ends it.
 */
export function keyOfGlanceLocation(
  location: string,
  { endpoint, bucket, prefix }: { endpoint?: string | undefined; bucket: string; prefix: string },
): string | null {
  const rest = /^s3(?:\+https?)?:\/\/(.+)$/s.exec(location)?.[1];
  if (rest === undefined) return null;
  const [host = '', foundBucket, ...name] = rest.slice(rest.lastIndexOf('@') + 1).split('/');
  const object = name.join('/');
  if (foundBucket !== bucket || object === '' || !object.startsWith(prefix)) return null;
  if (!isSameHost(host, endpoint)) return null;
  const key = object.slice(prefix.length);
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(key) ? key : null;
}

/** The same the other way, without the keys of the account. */
export function glanceLocationOf(
  key: string,
  {
    endpoint,
    region,
    bucket,
    prefix,
  }: { endpoint?: string | undefined; region: string; bucket: string; prefix: string },
): string {
  const { protocol, host } = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
  return `s3+${protocol}//${host}/${bucket}/${prefix}${key}`;
}

function isSameHost(host: string, endpoint: string | undefined): boolean {
  if (endpoint === undefined) return /(^|\.)s3[.-]([a-z0-9-]+\.)?amazonaws\.com$/i.test(host);
  return host.toLowerCase() === new URL(endpoint).host;
}
