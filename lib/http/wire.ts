import type { StowageError } from '../contract/errors.ts';

/** How one group of routes words its answers: the console, the Images API, the Identity API. */
export interface Wire {
  /** Headers of every answer, errors too. */
  headers(requestId: string): Record<string, string>;
  /** A known error in the words of this wire. */
  error(error: StowageError, requestId: string, request: Request): Response;
}
