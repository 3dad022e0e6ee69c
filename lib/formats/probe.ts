/** Inspects something that can be read anywhere (a File in the browser, an object in a store) from a few stretches of it. */
import { tailBytes } from './bytes.ts';
import { accept, conclude, newExamination, wantOf } from './examination.ts';
import type { Inspection } from './inspection.ts';

export interface ProbedFile {
  sizeBytes: number;
  /** Bytes from `offset` on; at least `length` of them unless the file ends before. Its errors pass through. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** The same verdict as an inspector that saw every byte. Reads 68 KiB, the tail, and the headers of archives one by one. */
export async function probe(file: ProbedFile): Promise<Inspection> {
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const available = Math.max(0, Math.min(length, file.sizeBytes - offset));
    return available === 0 ? new Uint8Array(0) : (await file.read(offset, available)).subarray(0, available);
  };
  let examination = newExamination;
  for (let want = wantOf(examination); want !== null; want = wantOf(examination)) {
    // oxlint-disable-next-line no-await-in-loop -- where to read next is written in what was read
    examination = accept(examination, await read(want.offset, want.length));
  }
  const tailOffset = Math.max(0, file.sizeBytes - tailBytes);
  return conclude(examination, file.sizeBytes, await read(tailOffset, tailBytes));
}
