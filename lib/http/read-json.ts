import { isUtf8 } from 'node:buffer';
import { isStowageError, StowageError } from '../contract/errors.ts';

const jsonTypes = /^application\/(json|[a-z0-9.+-]+\+json)\s*(;|$)/i;

/** Also callers that are not signed in send one: whoever takes longer is not waited for. */
const bodyPatienceMilliseconds = 60_000;

/** The body as JSON, at most `limitBytes`. An empty body is undefined. */
export async function readJson(
  request: Request,
  limitBytes: number,
  types: RegExp = jsonTypes,
  patienceMilliseconds = bodyPatienceMilliseconds,
): Promise<unknown> {
  const text = await readText(request, limitBytes, patienceMilliseconds);
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
  const value = parse(text);
  assertPlain(value, mayHoldWrongText.test(text));
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StowageError('bad_request', 'The body is not JSON.', {
      glance: 'Malformed JSON in request body.',
      cause,
    });
  }
}

/** What the deepest body of any call needs, many times over. */
const depthLimit = 64;
/** Both can only come as an escape: the bytes themselves are no JSON, or no UTF-8. */
const mayHoldWrongText = /\\u(?:0000|d[89a-f])/i;

/**
 * Throws `bad_request` for what parses and yet nobody can keep: nesting that would exhaust the stack of whoever walks
 * it, and texts that no database holds as they are (a NUL character, half of a surrogate pair).
 */
function assertPlain(value: unknown, looksAtTexts: boolean): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > depthLimit) {
      throw new StowageError('bad_request', `The body is nested deeper than ${depthLimit} levels.`);
    }
    const next: unknown[] = [];
    for (const each of level) {
      if (typeof each === 'string' && looksAtTexts) assertText(each);
      if (typeof each !== 'object' || each === null) continue;
      if (looksAtTexts && !Array.isArray(each)) for (const name of Object.keys(each)) assertText(name);
      for (const part of Object.values(each)) {
        if (typeof part === 'object' || (looksAtTexts && typeof part === 'string')) next.push(part);
      }
    }
    level = next;
  }
}

function assertText(text: string): void {
  if (!text.includes('\0') && text.isWellFormed()) return;
  throw new StowageError(
    'bad_request',
    'The body has a text with a NUL character or half of a surrogate pair, which nobody can keep.',
  );
}

async function readText(request: Request, limitBytes: number, patienceMilliseconds: number): Promise<string> {
  if (request.body === null) return '';
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(tooSlow(patienceMilliseconds)), patienceMilliseconds);
  try {
    const chunks: Uint8Array[] = [];
    for (let size = 0; ;) {
      const { done, value } = await Promise.race([reader.read(), late.promise]);
      if (done) return toText(Buffer.concat(chunks));
      size += value.byteLength;
      if (size > limitBytes) throw tooLarge(limitBytes);
      chunks.push(value);
    }
  } catch (error) {
    // Not awaited: it may wait for the bytes that do not come.
    reader.cancel().catch(ignored);
    if (isStowageError(error)) throw error;
    // Whoever was sending it has gone: no failure of ours.
    throw new StowageError('bad_request', 'The connection ended before the body did.', { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function toText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new StowageError('bad_request', 'The body is not UTF-8.', {
    glance: 'Malformed JSON in request body.',
  });
}

/** What the caller is told is why the rest is not read, and not how letting go of it went. */
function ignored(): void {}

function tooLarge(limitBytes: number): StowageError {
  return new StowageError(
    'too_large',
    `The body is larger than ${limitBytes} bytes, the most that this call takes.`,
  );
}

function tooSlow(patienceMilliseconds: number): StowageError {
  return new StowageError(
    'bad_request',
    `The body did not arrive within ${patienceMilliseconds / 1000} s, so the call was given up.`,
    { remedy: 'Send Content-Length as long as the body is, and all of it at once.' },
  );
}
