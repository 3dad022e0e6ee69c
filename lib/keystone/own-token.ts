import type { Logger } from 'pino';
import type { KeystoneConfig } from '../config/config.ts';
import { StowageError } from '../contract/errors.ts';
import { toKeystoneToken } from './token.ts';
import { keystoneUnavailable, type KeystoneWire } from './wire.ts';

/** Renewed this long before it ends, so that no request is sent with one that ends on the way. */
const marginMilliseconds = 60_000;

export type OwnScope = 'own' | 'system';

/**
 * Stowage's own token, by its service user or application credential. `get` signs in when there is none; several who
 * ask at once wait for one sign-in. For the system it throws `forbidden` when there is no role for that.
 */
export class OwnToken {
  readonly #wire: KeystoneWire;
  readonly #credentials: KeystoneConfig['credentials'];
  readonly #now: () => number;
  readonly #log: Logger;
  readonly #scope: OwnScope;
  #current: { token: string; until: number } | null = null;
  #signingIn: Promise<string> | null = null;

  constructor(parts: {
    wire: KeystoneWire;
    credentials: KeystoneConfig['credentials'];
    now: () => number;
    log: Logger;
    scope: OwnScope;
  }) {
    this.#wire = parts.wire;
    this.#credentials = parts.credentials;
    this.#now = parts.now;
    this.#log = parts.log;
    this.#scope = parts.scope;
  }

  async get(): Promise<string> {
    if (this.#current !== null && this.#current.until > this.#now()) return this.#current.token;
    this.#signingIn ??= this.#signIn().finally(() => {
      this.#signingIn = null;
    });
    return await this.#signingIn;
  }

  /** Keystone refused this one: the next `get` signs in anew, unless somebody did already. */
  refused(token: string): void {
    if (this.#current?.token === token) this.#current = null;
  }

  async #signIn(): Promise<string> {
    const answer = await this.#wire.send({
      method: 'POST',
      path: '/auth/tokens?nocatalog',
      body: { auth: toAuth(this.#credentials, this.#scope) },
    });
    const token = answer.header('x-subject-token');
    const content = toKeystoneToken(answer.body);
    if (answer.status !== 201 || token === null || content === null) {
      // Not every service user has a role on the system; who needs it goes on without.
      if (this.#scope === 'system' && (answer.status === 401 || answer.status === 403)) {
        throw new StowageError('forbidden', 'The service user of Stowage has no role on the system.');
      }
      this.#log.error(
        { status: answer.status },
        'Keystone refused the sign-in of Stowage itself: check identity.keystone in stowage.yaml',
      );
      throw keystoneUnavailable(
        new Error(`Keystone answered ${answer.status} to the service user`),
        'Stowage could not sign in to Keystone itself.',
      );
    }
    this.#current = { token, until: content.expiresAt - marginMilliseconds };
    return token;
  }
}

function toAuth(credentials: KeystoneConfig['credentials'], scope: OwnScope): unknown {
  if (credentials.kind === 'application_credential') {
    const { id, secret } = credentials;
    return {
      identity: { methods: ['application_credential'], application_credential: { id, secret } },
    };
  }
  const { username, password, userDomain, project, projectDomain } = credentials;
  return {
    identity: {
      methods: ['password'],
      password: { user: { name: username, password, domain: { name: userDomain } } },
    },
    scope:
      scope === 'system'
        ? { system: { all: true } }
        : { project: { name: project, domain: { name: projectDomain } } },
  };
}
