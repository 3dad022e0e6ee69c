import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const mebibyte = 1024 * 1024;

/** So much Node may read and throw away to keep the connection; it is less work than a new one. */
const readToKeepBytes = mebibyte;
const lingerMilliseconds = 1_000;
const lingerBytes = 16 * mebibyte;
const lookEveryMilliseconds = 25;

/**
 * Answers that come before the whole body was read (413, 401, 409 …) end the connection: otherwise Node reads on to the
 * end of it, be it a terabyte. The rest of a short one is read, but not waited for longer than `patienceMilliseconds`.
 * Call it before the request is handled.
 */
export function endAfterEarlyAnswer(
  req: IncomingMessage,
  res: ServerResponse,
  patienceMilliseconds: number,
): void {
  // A request that is destroyed has none any more.
  const { socket } = req;
  res.once('finish', () => {
    if (req.complete) return;
    // Who let go of it in the middle may have left it paused, and then Node reads no more of it.
    req.resume();
    // That the request is closed says nothing: whoever was reading may have let go of it, and bytes still come.
    setTimeout(() => {
      if (!req.complete) socket.destroy();
    }, patienceMilliseconds).unref();
  });
  const isLong =
    req.headers['transfer-encoding'] !== undefined ||
    Number(req.headers['content-length'] ?? 0) > readToKeepBytes;
  const isAwaited = req.headers.expect !== undefined;
  if (!isLong && !isAwaited) return;
  const writeHead = res.writeHead;
  res.writeHead = (...parameters: unknown[]) => {
    res.writeHead = writeHead;
    if (!req.complete) {
      res.setHeader('Connection', 'close');
      lingerAtClose(req, res);
    }
    return Reflect.apply(writeHead, res, parameters) as ServerResponse;
  };
}

/**
 * `Expect: 100-continue` is answered when somebody begins to read the body, so that a client that asks first never sends
 * what is refused.
 */
export function continueWhenRead(req: IncomingMessage, res: ServerResponse): void {
  const read = req._read.bind(req);
  req._read = (size) => {
    req._read = read;
    if (!res.headersSent) res.writeContinue();
    read(size);
  };
}

/**
 * Ends our side and reads on for a moment. A socket that is closed while data still arrives answers with a reset, and
 * the client loses the answer before it has seen it.
 */
function lingerAtClose(req: IncomingMessage, { socket }: ServerResponse): void {
  if (socket === null) return;
  // Node calls it when the answer is written.
  socket.destroySoon = () => {
    socket.end();
    req.resume();
    const limit = socket.bytesRead + lingerBytes;
    const deadline = performance.now() + lingerMilliseconds;
    void (async () => {
      while (!socket.destroyed && socket.bytesRead < limit && performance.now() < deadline) {
        await sleep(lookEveryMilliseconds);
      }
      socket.destroy();
    })();
  };
}
