/** Passwords as scrypt hashes in PHC strings: `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`, base64 without padding. */
import { randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto';
import { StowageError } from '#lib/contract/errors.ts';

interface Cost {
  logN: number;
  blockSize: number;
  parallelism: number;
}

/** 32 MiB and about a quarter of a second of one core: OWASP's figure for this much memory. */
const cost: Cost = { logN: 15, blockSize: 8, parallelism: 3 };
const saltBytes = 16;
const hashBytes = 32;

/** Hashing occupies threads that file IO needs as well: two leave it the other half. */
const runningLimit = 2;
const waitingLimit = 64;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  return toPhc(cost, salt, await derive(password, salt, cost, hashBytes));
}

/** False for a wrong password; throws when `phc` is not a hash of ours. */
export async function verifyPassword(password: string, phc: string): Promise<boolean> {
  const { given, salt, hash } = fromPhc(phc);
  return timingSafeEqual(await derive(password, salt, given, hash.length), hash);
}

/** Takes as long as a wrong password does, so that time does not tell which names exist. */
export async function verifyNobody(password: string): Promise<false> {
  await derive(password, Buffer.alloc(saltBytes), cost, hashBytes);
  return false;
}

/** Twenty characters that are not mistaken for one another, in groups: about 99 bits. */
export function makePassword(): string {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
  const group = () => Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join('');
  return Array.from({ length: 4 }, group).join('-');
}

function toPhc({ logN, blockSize, parallelism }: Cost, salt: Buffer, hash: Buffer): string {
  return `$scrypt$ln=${logN},r=${blockSize},p=${parallelism}$${unpadded(salt)}$${unpadded(hash)}`;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

function fromPhc(phc: string): { given: Cost; salt: Buffer; hash: Buffer } {
  const match = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(
    phc,
  );
  if (match === null) throw new Error('a password hash in the database is not a scrypt PHC string');
  const [, logN, blockSize, parallelism, salt = '', hash = ''] = match;
  return {
    given: { logN: Number(logN), blockSize: Number(blockSize), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

async function derive(password: string, salt: Buffer, given: Cost, length: number): Promise<Buffer> {
  const N = 2 ** given.logN;
  const options = {
    N,
    r: given.blockSize,
    p: given.parallelism,
    maxmem: 128 * N * given.blockSize + 8 * 1024 * 1024,
  };
  await enter();
  try {
    return await new Promise((resolve, reject) => {
      // NFC: the same password typed on another keyboard layout may come in another normal form.
      scrypt(password.normalize('NFC'), salt, length, options, (error, key) =>
        error === null ? resolve(key) : reject(error),
      );
    });
  } finally {
    leave();
  }
}

interface Gate {
  running: number;
  waiting: (() => void)[];
}

/** One gate for the process, whichever copy of this file asks. */
const pin = Symbol.for('stowage.password-gate');

function gate(): Gate {
  return ((globalThis as { [pin]?: Gate })[pin] ??= { running: 0, waiting: [] });
}

async function enter(): Promise<void> {
  const current = gate();
  if (current.running < runningLimit) {
    current.running += 1;
    return;
  }
  if (current.waiting.length >= waitingLimit) {
    throw new StowageError('too_many_requests', 'Too many people are signing in at this moment.', {
      remedy: 'Try again in a few seconds.',
      retryAfterSeconds: 5,
    });
  }
  await new Promise<void>((resolve) => current.waiting.push(resolve));
}

function leave(): void {
  const current = gate();
  const next = current.waiting.shift();
  if (next === undefined) current.running -= 1;
  else next();
}
