import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { MiB } from '#lib/contract/limits.ts';
import { encodeMetadata } from '#e2e/uploads/tus.ts';
import { peakOf, type Candidate } from './measure.ts';
import type { Target } from './upload.ts';

const body = randomBytes(2 * MiB);

function call(
  url: string,
  method: string,
  headers: Record<string, string>,
  data?: Buffer,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const length = data === undefined ? '0' : String(data.byteLength);
    const request = http.request(
      url,
      { method, agent: false, headers: { ...headers, 'tus-resumable': '1.0.0', 'content-length': length } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.on('end', () => {
          const status = answer.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve(answer);
          else reject(new Error(`${method} was answered ${status}: ${text}`));
        });
      },
    );
    request.on('error', reject);
    request.end(data);
  });
}

/** `count` uploads of 2 MiB at once: a creation and a PATCH each. Says the peak memory of the server. */
export function manyUploads(
  name: string,
  target: Target,
  endpoint: string,
  count: number,
  peaks: number[],
): Candidate {
  const auth: Record<string, string> = target.token === '' ? {} : { 'x-auth-token': target.token };
  return {
    name,
    pids: [target.pid],
    async run() {
      await Promise.all(
        Array.from({ length: count }, async (_, i) => {
          const created = await call(target.url + endpoint, 'POST', {
            ...auth,
            'upload-length': String(body.byteLength),
            'upload-metadata': encodeMetadata({ name: `small ${i}` }),
          });
          const location = new URL(created.headers.location ?? '', target.url);
          await call(
            location.href,
            'PATCH',
            { ...auth, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
            body,
          );
        }),
      );
      peaks.push(peakOf(target.pid));
    },
  };
}
