import type { Readable } from 'node:stream';
import { noteReceived } from './young-memory.ts';

/** No more of one body waits for its reader, who copies it: see `inChunks` of `parallel-read.ts`. */
const mostWaitingBytes = 256 * 1024;

/**
 * What has arrived of the body of an answer, in batches as the event loop brings them. Iterating over the stream itself
 * costs a promise for every 64 KiB and joins what waits by copying it. Rejects with what broke the stream, after what
 * came before; ending early destroys it.
 */
export async function* arrivals(body: Readable): AsyncGenerator<readonly Uint8Array[], void, undefined> {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let isEnded = body.readableEnded;
  let failure: { error: unknown } | null = null;
  let wake: (() => void) | null = null;
  let turn: NodeJS.Immediate | null = null;
  const wakeNow = () => {
    turn = null;
    wake?.();
  };
  const take = (chunk: Uint8Array) => {
    waiting.push(chunk);
    waitingBytes += chunk.byteLength;
    // Twice: Node copies the bodies of answers out of what the socket brought.
    noteReceived(2 * chunk.byteLength);
    if (waitingBytes >= mostWaitingBytes) body.pause();
    turn ??= setImmediate(wakeNow);
  };
  const end = () => {
    isEnded = true;
    wake?.();
  };
  const fail = (error: unknown) => {
    failure ??= { error };
    wake?.();
  };
  const close = () => {
    if (!isEnded) fail(Object.assign(new Error('The answer ended early.'), { code: 'ECONNRESET' }));
  };
  if (body.destroyed && !isEnded) close();
  body.on('end', end).on('error', fail).on('close', close).on('data', take);
  try {
    for (;;) {
      if (waiting.length > 0) {
        const batch = waiting;
        waiting = [];
        waitingBytes = 0;
        yield batch;
        body.resume();
      } else if (failure !== null) throw (failure as { error: unknown }).error;
      else if (isEnded) return;
      else {
        await new Promise<void>((resolve) => (wake = resolve));
        wake = null;
      }
    }
  } finally {
    if (turn !== null) clearImmediate(turn);
    body.off('data', take);
    // Its error listener stays: what is destroyed may still say why.
    if (!isEnded) body.destroy();
  }
}
