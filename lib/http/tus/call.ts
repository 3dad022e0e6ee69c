import { AsyncLocalStorage } from 'node:async_hooks';
import type { UploadRow } from '../../db/define-schema.ts';
import type { Context } from '../../runtime/context.ts';
import type { Piece } from '../../pipeline/types.ts';

/** What belongs to one tus request and that @tus/server has no place for. */
export interface TusCall {
  ctx: Context;
  /** The bytes, read from the socket by us; @tus/server gets a request without a body. */
  body: { next(signal: AbortSignal): Promise<readonly Piece[] | null> };
  /** The upload as it was when the call was let in; what changes it looks again. */
  upload?: UploadRow;
  /** Set by creation, for `Stowage-Image-Id`. */
  imageId?: string;
}

const calls = new AsyncLocalStorage<TusCall>();

export function runTusCall<T>(call: TusCall, work: () => Promise<T>): Promise<T> {
  return calls.run(call, work);
}

export function tusCall(): TusCall {
  const call = calls.getStore();
  if (call === undefined) throw new Error('outside a tus request');
  return call;
}
