/** Uploads that take their time, so that something can happen in their middle. */
import { statusOf } from '#e2e/support/wait.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Process } from './process.ts';

export interface Sender {
  /** Sends `head` and keeps the connection, as a client does whose line is slow. */
  sendSlowly(web: Process, path: string, head: Uint8Array): { status: Promise<number>; hangUp(): void };
  /** Sends a part every 50 ms, as long as somebody takes it. */
  sendSteadily(web: Process, path: string, bytes: Uint8Array, partBytes: number): Promise<number>;
}

/** Each sends the first bytes of a tus upload in one PATCH and tells the status of the answer. */
export function openSender(token: () => string): Sender {
  const sendBody = (web: Process, path: string, body: ReadableStream<Uint8Array>): Promise<number> =>
    statusOf(
      fetch(web.url + path, {
        method: 'PATCH',
        duplex: 'half',
        body,
        headers: {
          'x-auth-token': token(),
          'tus-resumable': '1.0.0',
          'upload-offset': '0',
          'content-type': 'application/offset+octet-stream',
        },
      } as RequestInit),
    );
  return {
    sendSlowly(web, path, head) {
      const hanging = Promise.withResolvers<void>();
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          controller.enqueue(head);
          await hanging.promise;
          controller.close();
        },
      });
      return { status: sendBody(web, path, body), hangUp: () => hanging.resolve() };
    },
    sendSteadily(web, path, bytes, partBytes) {
      let sent = 0;
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          await sleep(50);
          controller.enqueue(bytes.subarray(sent, sent + partBytes));
          sent += partBytes;
          if (sent >= bytes.byteLength) controller.close();
        },
      });
      return sendBody(web, path, body);
    },
  };
}
