import type { Inspection } from '#lib/formats/inspection.ts';
import { probe } from '#lib/formats/probe.ts';

/**
 * What a file is, by the same rules as the server's and before a byte is sent. Reads some KiB of it; a worker would
 * take longer to start than this takes.
 *
 * @throws what the browser throws when the file cannot be read
 */
export function inspectFile(file: File): Promise<Inspection> {
  return probe({
    sizeBytes: file.size,
    read: async (offset, length) =>
      new Uint8Array(await file.slice(offset, Math.min(file.size, offset + length)).arrayBuffer()),
  });
}
