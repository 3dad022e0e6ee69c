import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import type { StoreMarker } from '../../store.ts';
import { codeOf, openFlags, unlinkIfThere } from './file-layer.ts';
import { publish } from './publish.ts';
import type { StoreDirectory } from './store-directory.ts';

const Marker = z.object({ storeId: z.string(), token: z.string(), createdAt: z.string() });
const markerLimitBytes = 4096;

/** Null when the directory or the marker is not there. A marker that nobody can read is a `wrong-store`. */
export async function readMarkerFile(directory: StoreDirectory): Promise<StoreMarker | null> {
  let file;
  try {
    file = await directory.files.open(directory.markerPath, openFlags.read);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
    throw error;
  }
  try {
    const content = Buffer.alloc(markerLimitBytes);
    const { bytesRead } = await file.read(content, 0, content.length, 0);
    return Marker.parse(JSON.parse(content.toString('utf8', 0, bytesRead)));
  } catch (error) {
    if (codeOf(error) !== undefined) throw error;
    throw directory.fault('wrong-store', 'The marker file in this directory cannot be understood.', error);
  } finally {
    await file.close();
  }
}

/** Makes the directory if need be. The marker appears complete or not at all; `exists` when there is one. */
export async function writeMarkerFile(directory: StoreDirectory, marker: StoreMarker): Promise<void> {
  const { files } = directory;
  await files.makeDirectory(directory.path);
  const draftPath = path.join(directory.path, `.stowage-store.${randomBytes(8).toString('hex')}.draft`);
  const draft = await files.open(draftPath, openFlags.create, 0o640);
  try {
    try {
      const content = Buffer.from(`${JSON.stringify(marker, null, 2)}\n`);
      await draft.writev([content], 0);
      await draft.datasync();
    } finally {
      await draft.close();
    }
    await publish(directory, draftPath, directory.markerPath);
  } finally {
    await unlinkIfThere(files, draftPath);
  }
  await directory.sync();
  await directory.syncParent();
}
