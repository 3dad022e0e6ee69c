/** Certificates of any time, and TLS in front of a server that has none. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

export interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
  /** Where `cert` lies: what trusts it names this. */
  readonly file: string;
}

/** For 127.0.0.1, signed by itself; valid between these times, as `openssl ca` writes them. */
export function selfSigned(
  directory: string,
  name: string,
  { from = '20200101000000Z', until = '20490101000000Z' } = {},
): Certificate {
  const inside = (ending: string) => path.join(directory, `${name}.${ending}`);
  writeFileSync(
    inside('cnf'),
    `[ca]
default_ca = own
[own]
database = ${inside('index')}
new_certs_dir = ${directory}
default_md = sha256
policy = any
x509_extensions = extensions
rand_serial = yes
[any]
commonName = supplied
[extensions]
subjectAltName = IP:127.0.0.1
`,
  );
  writeFileSync(inside('index'), '');
  const request = ['-new', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=127.0.0.1'];
  openssl('req', ...request, '-keyout', inside('key'), '-out', inside('csr'));
  const signing = ['-batch', '-selfsign', '-notext', '-startdate', from, '-enddate', until];
  const files = ['-config', inside('cnf'), '-keyfile', inside('key'), '-in', inside('csr')];
  openssl('ca', ...signing, ...files, '-out', inside('pem'));
  return { key: readFileSync(inside('key')), cert: readFileSync(inside('pem')), file: inside('pem') };
}

/** Speaks TLS with this certificate and passes everything on to `target`, the Host header as it came. */
export async function terminateTls(
  target: string,
  { key, cert }: Certificate,
): Promise<{ readonly url: string; close(): void }> {
  const { hostname, port } = new URL(target);
  const server = https.createServer({ key, cert }, (request, response) => {
    const { method, url, rawHeaders } = request;
    const asked = http.request(
      { host: hostname, port, method, path: url, headers: rawHeaders, setHost: false },
      (found) => {
        response.writeHead(found.statusCode ?? 502, found.rawHeaders);
        found.pipe(response);
      },
    );
    // The server is away: whoever asked finds its connection closed.
    asked.on('error', () => response.destroy());
    request.pipe(asked);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close().closeAllConnections(),
  };
}

function openssl(...parameters: string[]): void {
  execFileSync('openssl', parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
}
