import { readSessionCookie } from '#lib/auth/session-cookie.ts';
import { getRuntime } from '#lib/runtime/runtime.ts';

/** Whether a browser comes with what may be a session; whether it still stands is not asked. */
export function hasSessionCookie(headers: Headers): boolean {
  return readSessionCookie(headers, getRuntime().config.publicUrl) !== null;
}
