import { createHash, type Hash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { Blake3Hasher } from '@napi-rs/blake-hash';
import { pieceSizeBytes } from '#lib/contract/limits.ts';
import type { FinishedPiece, HashAnswer, HasherKind, HashOrder } from './hash-protocol.ts';
import type { HashName } from './types.ts';
import { zeroBlock } from './zeros.ts';

interface Hasher {
  update(bytes: Uint8Array, finished: FinishedPiece[]): void;
  updateZeros(length: number, finished: FinishedPiece[]): void;
  remember(position: number): void;
  rewind(position: number): void;
  digest(): string;
}

const zeroStep = 1024 * 1024;

class WholeHasher implements Hasher {
  #hash: Hash;
  #remembered: { position: number; hash: Hash }[] = [];

  constructor(kind: HashName) {
    this.#hash = createHash(kind);
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  updateZeros(length: number): void {
    for (let left = length; left > 0; left -= zeroStep)
      this.#hash.update(zeroBlock(Math.min(left, zeroStep)));
  }

  remember(position: number): void {
    this.#remembered = [...this.#remembered.slice(-1), { position, hash: this.#hash.copy() }];
  }

  rewind(position: number): void {
    const found = this.#remembered.findLast((entry) => entry.position === position);
    if (!found) throw new Error('There is no state of that position.');
    this.#hash = found.hash.copy();
    this.#remembered = this.#remembered.filter((entry) => entry.position <= position);
  }

  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}

let zeroPiece: string | null = null;

/** The same memory, as the type that the hasher asks for. */
function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** BLAKE3 of each piece. A piece that was not seen from its first byte on is left out. */
class PieceHasher implements Hasher {
  #hash = new Blake3Hasher();
  #position: number;
  #complete: boolean;

  constructor(position: number) {
    this.#position = position;
    this.#complete = position % pieceSizeBytes === 0;
  }

  update(bytes: Uint8Array, finished: FinishedPiece[]): void {
    for (let start = 0; start < bytes.byteLength;) {
      const count = Math.min(bytes.byteLength - start, this.#toBoundary());
      if (this.#complete) this.#hash.update(toBuffer(bytes.subarray(start, start + count)));
      start += count;
      this.#advance(count, finished);
    }
  }

  updateZeros(length: number, finished: FinishedPiece[]): void {
    for (let left = length; left > 0;) {
      if (left >= pieceSizeBytes && this.#position % pieceSizeBytes === 0) {
        zeroPiece ??= hashOfZeroPiece();
        finished.push({ index: this.#position / pieceSizeBytes, blake3: zeroPiece });
        this.#position += pieceSizeBytes;
        left -= pieceSizeBytes;
        continue;
      }
      const count = Math.min(left, this.#toBoundary(), zeroStep);
      if (this.#complete) this.#hash.update(toBuffer(zeroBlock(count)));
      left -= count;
      this.#advance(count, finished);
    }
  }

  remember(): void {
    // The state inside a piece cannot be copied; the boundary needs none.
  }

  rewind(position: number): void {
    this.#hash = new Blake3Hasher();
    this.#position = position;
    this.#complete = position % pieceSizeBytes === 0;
  }

  digest(): string {
    return this.#complete && this.#position % pieceSizeBytes > 0 ? this.#hash.digest('hex') : '';
  }

  #toBoundary(): number {
    return pieceSizeBytes - (this.#position % pieceSizeBytes);
  }

  #advance(count: number, finished: FinishedPiece[]): void {
    this.#position += count;
    if (this.#position % pieceSizeBytes !== 0) return;
    if (this.#complete) {
      finished.push({ index: this.#position / pieceSizeBytes - 1, blake3: this.#hash.digest('hex') });
    }
    this.#hash = new Blake3Hasher();
    this.#complete = true;
  }
}

function hashOfZeroPiece(): string {
  const hash = new Blake3Hasher();
  for (let done = 0; done < pieceSizeBytes; done += zeroStep) hash.update(toBuffer(zeroBlock(zeroStep)));
  return hash.digest('hex');
}

function openHasher(kind: HasherKind, position: number): Hasher {
  return kind === 'blake3' ? new PieceHasher(position) : new WholeHasher(kind);
}

const port = parentPort;
if (!port) throw new Error('hash-worker.ts runs as a worker thread only.');

const slots = new Map<number, Uint8Array>();
const hashers = new Map<number, Hasher>();

function hasher(id: number): Hasher {
  const found = hashers.get(id);
  if (!found) throw new Error(`There is no hasher ${id}.`);
  return found;
}

/** A message costs as much as hashing some 10 KiB, and a slot is free only when its answer has come. */
const answerEveryBytes = 512 * 1024;

let answers: HashAnswer[] = [];
let answeredBytes = 0;

function answer(message: HashAnswer, bytes: number): void {
  answers.push(message);
  answeredBytes += bytes;
  if (answeredBytes >= answerEveryBytes) sendAnswers();
}

function sendAnswers(): void {
  if (answers.length > 0) port?.postMessage(answers);
  answers = [];
  answeredBytes = 0;
}

function follow(order: HashOrder): void {
  if ('update' in order) {
    const finished: FinishedPiece[] = [];
    const bytes = order.slot === null ? null : slots.get(order.slot)?.subarray(0, order.length);
    if (bytes === undefined) throw new Error(`Slot ${order.slot} is not known.`);
    for (const id of order.update) {
      if (bytes) hasher(id).update(bytes, finished);
      else hasher(id).updateZeros(order.length, finished);
    }
    answer(finished.length > 0 ? { ticket: order.ticket, pieces: finished } : order.ticket, order.length);
  } else if ('digest' in order) {
    answer({ ticket: order.ticket, digests: order.digest.map((id) => hasher(id).digest()) }, 0);
  } else if ('open' in order) hashers.set(order.open, openHasher(order.kind, order.position));
  else if ('drop' in order) for (const id of order.drop) hashers.delete(id);
  else if ('know' in order) slots.set(order.know, new Uint8Array(order.memory));
  else if ('forget' in order) slots.delete(order.forget);
  else if ('remember' in order) for (const id of order.remember) hasher(id).remember(order.position);
  else for (const id of order.rewind) hasher(id).rewind(order.position);
}

/** Hashing fills every core for as long as bytes come; whoever answers people goes first. */
function stepBack(): void {
  if (process.platform !== 'linux') return;
  const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  setPriority(thread, 5);
}

stepBack();
port.on('message', (orders: HashOrder[]) => {
  orders.forEach(follow);
  sendAnswers();
});
