import type { Logger } from 'pino';
import type { Actor } from '../auth/actor.ts';
import type { Runtime } from './runtime.ts';

/** What a use case is given: the live parts and who asks. */
export interface Context {
  runtime: Runtime;
  actor: Actor;
  /** `req-<uuid>`; in every log line and every answer. */
  requestId: string;
  log: Logger;
  /** Aborted when the client has gone. Absent for work that must go on. */
  signal?: AbortSignal;
}
