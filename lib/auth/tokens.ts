import { createHash, randomBytes } from 'node:crypto';

/** What a bearer holds (256 random bits), and what the database keeps of it. */
export function makeToken(): { token: string; hash: string } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashToken(token) };
}

/** SHA-256 is enough: a token is random, so there is nothing to guess from its hash. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
