/**
 * Keystone, as far as Stowage needs it: whose token this is, signing people in, and limits. Everything throws
 * `identity_unavailable` (503, with a time to wait) when Keystone gives no answer; that is never an answer about a token.
 */
import type { Logger } from 'pino';
import type { KeystoneConfig } from '../config/config.ts';
import { openLimits, type KeystoneLimits } from './limits.ts';
import { OwnToken } from './own-token.ts';
import { openSignIn, type KeystoneSignIn } from './sign-in.ts';
import { cacheKey, TokenCache } from './token-cache.ts';
import { toKeystoneToken, type KeystoneToken } from './token.ts';
import { keystoneUnavailable, openWire, type KeystoneAnswer, type KeystoneRequest } from './wire.ts';

export interface Keystone extends KeystoneSignIn, KeystoneLimits {
  /** What callers are told: how they reach Keystone. */
  readonly publicUrl: string;
  readonly serviceTokenRoles: readonly string[];
  /**
   * What a token stands for; null when Keystone does not know it, it has ended or was revoked (which is noticed after
   * `cache_seconds` at the latest). `allowExpired`: one that has ended counts for as long as Keystone lets it, because
   * a service vouches for a call that began in time.
   */
  validate(token: string, options?: { allowExpired?: boolean }): Promise<KeystoneToken | null>;
  /** Ends a token, for this process at once. */
  revoke(token: string): Promise<void>;
  close(): Promise<void>;
}

/** What can be a token at all; anything else is not worth a question, nor may it stand in a header. */
const tokenShape = /^[\x21-\x7e]{1,8192}$/;

export function openKeystone(
  config: KeystoneConfig,
  { log, now = Date.now }: { log: Logger; now?: () => number },
): Keystone {
  const wire = openWire(config, { onTrouble: tellOf(config, log, now) });
  const parts = { wire, credentials: config.credentials, now, log };
  const own = new OwnToken({ ...parts, scope: 'own' });
  const system = new OwnToken({ ...parts, scope: 'system' });
  const cache = new TokenCache({ freshSeconds: config.cacheSeconds, now });

  /** As Stowage itself; with a new token when Keystone does not take the old one any more. */
  async function sendAs(self: OwnToken, asked: KeystoneRequest): Promise<KeystoneAnswer> {
    const token = await self.get();
    const answer = await wire.send({ ...asked, token });
    if (answer.status !== 401) return answer;
    self.refused(token);
    return await wire.send({ ...asked, token: await self.get() });
  }

  async function ask(token: string, allowExpired: boolean): Promise<KeystoneToken | null> {
    const answer = await sendAs(own, {
      path: `/auth/tokens?nocatalog=1${allowExpired ? '&allow_expired=1' : ''}`,
      // Without it Keystone keeps tokens with access rules from services that would not enforce them.
      headers: { 'x-subject-token': token, 'openstack-identity-access-rules': '1.0' },
    });
    if (answer.status === 404) return null;
    const content = answer.status === 200 ? toKeystoneToken(answer.body) : null;
    if (content !== null) return content;
    log.error({ status: answer.status }, 'Keystone did not let Stowage validate a token');
    throw keystoneUnavailable(
      new Error(`Keystone answered ${answer.status} to a validation`),
      'Stowage may not ask Keystone about tokens.',
    );
  }

  return {
    publicUrl: config.publicUrl,
    serviceTokenRoles: config.serviceTokenRoles,

    async validate(token, { allowExpired = false } = {}) {
      if (!tokenShape.test(token)) return null;
      const content = await cache.get(cacheKey(token, allowExpired), () => ask(token, allowExpired));
      return content === null || (!allowExpired && content.expiresAt <= now()) ? null : content;
    },

    async revoke(token) {
      try {
        await wire.send({
          method: 'DELETE',
          path: '/auth/tokens',
          token,
          headers: { 'x-subject-token': token },
        });
      } finally {
        for (const allowExpired of [false, true]) cache.forget(cacheKey(token, allowExpired));
      }
    },

    ...openSignIn(wire),
    ...openLimits({
      asSystem: (asked) => sendAs(config.credentials.kind === 'password' ? system : own, asked),
      asOwn: (asked) => sendAs(own, asked),
      region: config.region,
      now,
      log,
    }),
    close: () => wire.close(),
  };
}

const quietMilliseconds = 10_000;

/** While Keystone is away every request fails for the same reason: the log has it once in a while and not each time. */
function tellOf({ authUrl }: KeystoneConfig, log: Logger, now: () => number): (error: unknown) => void {
  let quietUntil = 0;
  return (error) => {
    if (now() < quietUntil) return;
    quietUntil = now() + quietMilliseconds;
    const text = isUntrusted(error)
      ? 'The certificate of Keystone was issued by nobody who is trusted here: name its issuer in identity.keystone.ca_file'
      : 'Keystone does not answer';
    log.warn({ err: error, keystone: authUrl }, text);
  };
}

const untrustedCodes = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
];

function isUntrusted(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return typeof code === 'string' && untrustedCodes.includes(code);
}
