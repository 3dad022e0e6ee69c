import type { Actor } from '#lib/auth/actor.ts';
import type { SignIn } from '#lib/contract/session.ts';

export interface SignInRequest extends SignIn {
  address: string | null;
  client: string | null;
  /** The session that the browser had before: it ends, whoever it belonged to. */
  previousToken: string | null;
}

export interface OpenedSession {
  /** For the cookie. */
  token: string;
  actor: Actor;
  /** In Keystone mode: stays on the server. */
  keystoneToken: string | null;
}
