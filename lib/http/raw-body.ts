import type { ServerResponse } from 'node:http';
import { rawRequest } from './raw-request.ts';

/**
 * An answer whose body goes straight to Node's response. Whoever sends it (Next, or `answerDirectly`) sends status and
 * headers and then ends the response; at that moment the body is written instead. Through web streams nobody learns when a chunk has been sent, so its memory
 * could not be used again, and collecting a fresh MiB for each MiB cost more than sending it.
 *
 * @param spent told of each chunk when it has been handed to the socket or will never be
 */
export function rawBodyResponse(
  init: { status: number; headers: Record<string, string> },
  chunks: AsyncIterable<Uint8Array>,
  spent: (chunk: Uint8Array) => void,
): Response {
  const raw = rawRequest();
  if (raw === undefined) throw new Error('a body outside of an HTTP request');
  const { res } = raw;
  const end = res.end;
  res.end = () => {
    res.end = end;
    void sendChunks(res, chunks, spent);
    return res;
  };
  return new Response(null, init);
}

/** Writes a body as fast as the client takes it, and ends the answer. Never rejects. */
export async function sendChunks(
  res: ServerResponse,
  chunks: AsyncIterable<Uint8Array>,
  spent: (chunk: Uint8Array) => void = () => undefined,
): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (res.destroyed) return;
      if (!res.write(chunk, () => spent(chunk))) await drained(res);
    }
    res.end();
  } catch (error) {
    // The status is sent already; only a connection that breaks tells the client that bytes are missing.
    res.destroy(error instanceof Error ? error : undefined);
  }
}

function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      res.off('drain', go);
      res.off('close', go);
      resolve();
    };
    res.on('drain', go);
    res.on('close', go);
    if (res.destroyed) go();
  });
}
