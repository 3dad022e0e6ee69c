/** The ways in which bytes can come to an inspector; all must end in the same verdict. For tests. */
import { openInspector, type Inspection } from '../inspector.ts';
import { probe } from '../probe.ts';

export function inspectAtOnce(bytes: Uint8Array): Inspection {
  const inspector = openInspector();
  inspector.write(bytes);
  return inspector.finish(bytes.length);
}

/** In chunks whose sizes `nextSize` gives, with a snapshot taken and restored after every `resumeEvery` of them. */
export function inspectInChunks(
  bytes: Uint8Array,
  nextSize: () => number,
  resumeEvery = Infinity,
): Inspection {
  let inspector = openInspector();
  let chunks = 0;
  for (let offset = 0; offset < bytes.length;) {
    const size = Math.max(1, Math.floor(nextSize()));
    // The chunk is borrowed: an inspector that keeps a reference would see it overwritten.
    const borrowed = bytes.slice(offset, offset + size);
    inspector.write(borrowed);
    borrowed.fill(0xa5);
    offset += size;
    chunks += 1;
    if (chunks % resumeEvery === 0) inspector = openInspector(inspector.snapshot());
  }
  return inspector.finish(bytes.length);
}

export function probeBytes(bytes: Uint8Array): Promise<Inspection> {
  return probe({
    sizeBytes: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
  });
}

/** Repeatable numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
