import type { UploadRow } from '../../db/define-schema.ts';

/**
 * Bytes that an upload of this length is charged with at one of its stores. What goes on to other stores once the image
 * is active is promised to the first of them, so that its project has room for it then; which one that is changes only
 * when it leaves the upload.
 */
export function promisedBytes(
  { later_stores }: Pick<UploadRow, 'later_stores'>,
  stores: readonly string[],
  store: string,
  lengthBytes: number,
): number {
  const isFirst = stores.every((other) => store <= other);
  return isFirst ? lengthBytes * (1 + (later_stores?.length ?? 0)) : lengthBytes;
}
