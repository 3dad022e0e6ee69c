import type { Problem } from '#lib/contract/errors.ts';
import type { UploadProblem } from './task.ts';

/** An attempt that ended without the last byte durable. */
export interface TransportFailure {
  /** HTTP status; null when nothing answered. */
  status: number | null;
  body: string;
  /** `Stowage-Error`: our code for it, also where an answer has no body. */
  code: string | null;
  retryAfterSeconds: number | null;
  requestId: string | null;
  /** The file itself could not be read: moved, changed or its disk taken out. */
  unreadable: boolean;
}

export type Verdict =
  /** Nobody answered, or only a proxy: try again for ever. */
  | { next: 'wait-for-server'; afterSeconds: number | null }
  /** The old connection still holds it, or the offset was another: ask for the offset again, some times. */
  | { next: 'ask-again' }
  /** The project fills as many images as it may: nothing was made, and there is room when another has ended. */
  | { next: 'wait-for-room'; afterSeconds: number; problem: UploadProblem }
  | { next: 'sign-in' }
  | { next: 'stop'; problem: UploadProblem };

const retriedStatus = new Set([408, 425, 429, 500, 502, 503, 504]);

/** What an upload does after an attempt has failed. */
export function judgeFailure(failure: TransportFailure): Verdict {
  if (failure.unreadable) return { next: 'stop', problem: problemOf(failure, 'unreadable') };
  if (failure.status === null) return { next: 'wait-for-server', afterSeconds: null };
  if (failure.status === 401) return { next: 'sign-in' };
  // Ended by an error on the server: no offset makes it take more bytes.
  if (failure.code === 'wrong_state') return { next: 'stop', problem: problemOf(failure, 'refused') };
  if (failure.status === 409 || failure.status === 423) return { next: 'ask-again' };
  if (failure.status === 404 || failure.status === 410)
    return { next: 'stop', problem: problemOf(failure, 'gone') };
  // With Retry-After it is for now only (RFC 9110, 15.5.14); other limits stand until a person does something.
  if (failure.status === 413 && failure.code === 'quota_exceeded' && failure.retryAfterSeconds !== null) {
    const afterSeconds = failure.retryAfterSeconds;
    return { next: 'wait-for-room', afterSeconds, problem: problemOf(failure, 'too-many') };
  }
  if (retriedStatus.has(failure.status)) {
    return { next: 'wait-for-server', afterSeconds: failure.retryAfterSeconds };
  }
  return { next: 'stop', problem: problemOf(failure, 'refused') };
}

/** The server's own words about it, where it is our server that spoke. */
export function problemOf(failure: TransportFailure, kind: UploadProblem['kind']): UploadProblem {
  const problem = readProblem(failure.body);
  return {
    kind,
    detail: problem?.detail ?? (kind === 'refused' && failure.status !== null ? plainText(failure) : null),
    remedy: problem?.remedy ?? null,
    ...(problem?.phrases && { phrases: problem.phrases }),
    requestId: problem?.request_id ?? failure.requestId,
  };
}

function readProblem(body: string): Partial<Problem> | null {
  if (!body.trimStart().startsWith('{')) return null;
  try {
    return JSON.parse(body) as Partial<Problem>;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** A proxy's HTML page says nothing to a person; its status does. */
function plainText({ status, body }: TransportFailure): string {
  const text = body.trim();
  return text === '' || text.startsWith('<') || text.length > 300 ? `HTTP ${status}` : text;
}
