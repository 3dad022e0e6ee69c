import { StowageError } from '../../contract/errors.ts';
import { heartbeatSeconds } from '../../contract/limits.ts';
import type { ActiveAppend, UploadSessions } from '../../runtime/parts.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { stopping } from './create.ts';
import { uploadChanged } from './publish.ts';

interface Entry extends ActiveAppend {
  controller: AbortController;
  samples: { at: number; bytes: number }[];
  toldAt: number;
  ended: Promise<void>;
}

const lockPatienceMilliseconds = 10_000;
const rateWindowMilliseconds = 5_000;
const tickMilliseconds = 250;
const toldAtOnce = 25;

export function openUploadSessions(runtime: Runtime): UploadSessions {
  const active = new Map<string, Entry>();
  const locks = new Map<string, Promise<void>>();
  let stopped = false;
  const ticker = setInterval(tick, tickMilliseconds);
  ticker.unref();

  /** Four times a second, tells of uploads that moved: of a few at a time when there are very many. */
  function tick(): void {
    const now = runtime.now();
    let told = 0;
    for (const [uploadId, entry] of active) {
      const last = entry.samples.at(-1);
      if (last !== undefined && last.bytes === movedBytes(entry) && now - last.at < heartbeatSeconds * 1000)
        continue;
      entry.samples.push({ at: now, bytes: movedBytes(entry) });
      while (entry.samples.length > 2 && now - (entry.samples[0]?.at ?? now) > rateWindowMilliseconds)
        entry.samples.shift();
      if (told < toldAtOnce && now - entry.toldAt >= tickMilliseconds * Math.ceil(active.size / toldAtOnce)) {
        told += 1;
        entry.toldAt = now;
        uploadChanged(runtime, uploadId);
      }
    }
  }

  function interrupt(uploadId: string, reason: StowageError): void {
    active.get(uploadId)?.controller.abort(reason);
  }

  return {
    begin(uploadId, receivedBytes) {
      if (stopped) throw stopping();
      if (active.has(uploadId)) throw busy();
      const controller = new AbortController();
      const { promise, resolve } = Promise.withResolvers<void>();
      const entry: Entry = {
        controller,
        signal: controller.signal,
        receivedBytes,
        verifiedBytes: 0,
        samples: [{ at: runtime.now(), bytes: receivedBytes }],
        toldAt: 0,
        ended: promise,
        end() {
          if (active.get(uploadId) === entry) active.delete(uploadId);
          resolve();
        },
      };
      active.set(uploadId, entry);
      return entry;
    },
    interrupt(uploadId) {
      interrupt(
        uploadId,
        new StowageError('upload_locked', 'Another request has taken this upload over.', {
          remedy: 'Ask for the offset (HEAD) and go on from there.',
        }),
      );
    },
    interruptEverywhere(uploadId) {
      this.interrupt(uploadId);
      runtime.peers.tell({ type: 'let-go', upload: uploadId });
    },
    progressOf(uploadId) {
      const entry = active.get(uploadId);
      if (entry === undefined) return null;
      const first = entry.samples[0];
      const seconds = first === undefined ? 0 : (runtime.now() - first.at) / 1000;
      return {
        receivedBytes: entry.receivedBytes,
        verifiedBytes: entry.verifiedBytes,
        bytesPerSecond:
          first === undefined || seconds < 0.5 ? null : (movedBytes(entry) - first.bytes) / seconds,
      };
    },
    activeCount: () => active.size,
    async lock(uploadId, signal) {
      const deadline = Date.now() + lockPatienceMilliseconds;
      for (;;) {
        const held = locks.get(uploadId);
        if (held === undefined) break;
        this.interrupt(uploadId);
        const timeout = AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, deadline - Date.now()))]);
        await Promise.race([
          held,
          new Promise<void>((resolve) => timeout.addEventListener('abort', () => resolve(), { once: true })),
        ]);
        if (timeout.aborted && locks.get(uploadId) === held) {
          throw new StowageError(
            'upload_locked',
            'This upload is being written by another request that does not let go.',
            {
              remedy: 'Try again in a few seconds.',
              retryAfterSeconds: 5,
            },
          );
        }
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      locks.set(uploadId, promise);
      return () => {
        if (locks.get(uploadId) === promise) locks.delete(uploadId);
        resolve();
      };
    },
    async stop() {
      stopped = true;
      clearInterval(ticker);
      const running = [...active.entries()];
      for (const [uploadId] of running) interrupt(uploadId, stopping());
      await Promise.all(running.map(([, entry]) => entry.ended));
    },
  };
}

/** First all are received, then they may be read back. */
function movedBytes({ receivedBytes, verifiedBytes }: ActiveAppend): number {
  return receivedBytes + verifiedBytes;
}

/** Its bytes are being checked: only that goes on without the lock. */
function busy(): StowageError {
  return new StowageError('upload_locked', 'The bytes of this upload are being checked just now.', {
    remedy: 'Ask in a few seconds how it stands.',
    retryAfterSeconds: 5,
  });
}
