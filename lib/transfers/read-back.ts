import { StowageError } from '#lib/contract/errors.ts';
import { pieceSizeBytes } from '#lib/contract/limits.ts';
import { hashObject, hashPieces, verifyObject } from '#lib/pipeline/hash-object.ts';
import type { HashName } from '#lib/pipeline/types.ts';
import type { GuardedStore } from '#lib/stores/store.ts';
import type { FoundHashes } from './conclude.ts';
import type { HeldTransfer } from './held-transfer.ts';
import { findGivenProof } from './given-proof.ts';
import { markBroken, type Job, type Source } from './job.ts';

export type ReadBack =
  | { ok: true; /** Set when the image had none. */ found: FoundHashes | null }
  | { ok: false; firstBadOffset: number };

/** Reads what a store holds and compares it with the image. An image without hashes gets those of this copy. */
export async function readBack(
  job: Job,
  held: HeldTransfer,
  store: GuardedStore,
  key: string,
): Promise<ReadBack> {
  const { runtime, image, sizeBytes, pieces } = job;
  const services = { slots: runtime.slots, hashPool: runtime.hashPool };
  const options = {
    sizeBytes,
    signal: held.signal,
    onProgress: (bytes: number) => held.meter.verified(bytes, runtime.now()),
  };
  if (pieces === null && image.sha512 === null) {
    const proof = await findGivenProof(job);
    const hashes = new Set(allHashes(job));
    if (proof !== null) hashes.add(proof.algorithm);
    const digests = await hashObject(services, store, key, { ...options, hashes: [...hashes] });
    if (proof === null) return { ok: true, found: digests };
    const hash = digests[proof.algorithm] ?? null;
    // Nothing is known then, not even that it is wrong: it is read again.
    if (hash === null) throw new Error('The hash that would have proved the object was lost.');
    return hash === proof.value ? { ok: true, found: digests } : { ok: false, firstBadOffset: 0 };
  }
  const verified = await verifyObject(services, store, key, { ...options, pieces, sha512: image.sha512 });
  if (!verified.ok) return verified;
  return { ok: true, found: pieces === null ? verified.digests : null };
}

export function allHashes(job: Job): HashName[] {
  return job.runtime.config.checksumMd5 === 'off' ? ['sha512'] : ['sha512', 'md5'];
}

/**
 * A piece came wrong: reads it once more from where it came. Wrong again: the copy is corrupt and is marked so. Right
 * this time: something between here and there had spoiled it.
 */
export async function judgeSource(job: Job, source: Source, offset: number): Promise<void> {
  const { runtime, image, sizeBytes, pieces } = job;
  const services = { slots: runtime.slots, hashPool: runtime.hashPool };
  const key = source.location.object_key;
  const begin = offset - (offset % pieceSizeBytes);
  let isWrong: boolean;
  if (pieces === null) {
    const { sha512 } = await hashObject(services, source.store, key, { sizeBytes, hashes: ['sha512'] });
    isWrong = image.sha512 !== null && sha512 !== image.sha512;
  } else {
    const length = Math.min(pieceSizeBytes, sizeBytes - begin);
    const [blake3] = await hashPieces(services, source.store, key, { offset: begin, length });
    isWrong = blake3 !== pieces[begin / pieceSizeBytes];
  }
  if (!isWrong) return;
  job.suspects.add(source.location.id);
  await markBroken(runtime, image, source.location.id, 'corrupt', corruptSentence(begin));
}

export function corruptSentence(offset: number): string {
  return `What is stored is not what the image was: the first difference lies at or behind byte ${offset}.`;
}

export function wrongBytes(storeId: string, offset: number): StowageError {
  return new StowageError(
    'store_unavailable',
    `The copy in the store "${storeId}" differs from the image at or behind byte ${offset}.`,
    { remedy: 'It is written again; if that goes on, have the disks of the store looked at.' },
  );
}
