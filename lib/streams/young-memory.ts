/**
 * Chunks from sockets are short-lived memory outside of V8's heap. V8 answers its growth with full collections, twenty
 * for each GiB, on every core; a collection of the young alone frees the same chunks in a millisecond. So whoever
 * receives much says so here, and the young are collected every few MiB.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const everyBytes = 8 * 1024 * 1024;

interface YoungMemory {
  receivedBytes: number;
  collect(options: { type: 'minor' }): void;
}

/** On globalThis: the bundled routes that receive have their own copy of this file. */
const pin = Symbol.for('stowage.young-memory');
const pinned = globalThis as { [pin]?: YoungMemory };

/** Once, at the start of the process. Without it `noteReceived` does nothing. */
export function watchYoungMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as YoungMemory['collect'];
  pinned[pin] ??= { receivedBytes: 0, collect };
}

export function noteReceived(bytes: number): void {
  const memory = pinned[pin];
  if (memory === undefined) return;
  memory.receivedBytes += bytes;
  if (memory.receivedBytes < everyBytes) return;
  memory.receivedBytes = 0;
  memory.collect({ type: 'minor' });
}

/**
 * Frees the memory of what a socket brought at once. Nobody may look at it any more. A collection would free it too, but
 * what has waited during two of them is old by then, and of old ones 40 MiB lay about with four uploads.
 */
export function freeChunk(chunk: Uint8Array): void {
  const { buffer } = chunk;
  // Of a part of something larger the rest may be in use.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === chunk.byteLength) buffer.transfer(0);
}
