import { StowageError } from '../contract/errors.ts';

const jsonTypes = /^application\/(json|[a-z0-9.+-]+\+json)\s*(;|$)/i;

/** The body as JSON, at most `limitBytes`. An empty body is undefined. */
export async function readJson(
  request: Request,
  limitBytes: number,
  types: RegExp = jsonTypes,
): Promise<unknown> {
  const text = await readText(request, limitBytes);
  if (text === '') return undefined;
  const type = request.headers.get('content-type') ?? '';
  if (!types.test(type)) {
    throw new StowageError(
      'unsupported_media_type',
      `The body is ${type === '' ? 'of no stated type' : type}; this call takes JSON.`,
      {
        remedy: 'Send Content-Type: application/json.',
      },
    );
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StowageError('bad_request', 'The body is not JSON.', { cause });
  }
}

async function readText(request: Request, limitBytes: number): Promise<string> {
  if (request.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const chunk = value as Uint8Array;
    size += chunk.byteLength;
    if (size > limitBytes) {
      await reader.cancel();
      throw new StowageError(
        'too_large',
        `The body is larger than ${limitBytes} bytes, the most that this call takes.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
