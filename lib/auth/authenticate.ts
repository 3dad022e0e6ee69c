import type { Runtime } from '../runtime/runtime.ts';
import type { Actor } from './actor.ts';

/** Who sent a request with these headers (token, bearer token, session cookie); null when nobody valid did. */
export async function authenticate(runtime: Runtime, headers: Headers): Promise<Actor | null> {
  throw new Error(`not built yet: ${runtime === undefined}${headers === undefined}`);
}
