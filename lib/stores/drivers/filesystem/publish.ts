import { codeOf, findFacts, isSameFile, unlinkIfThere } from './file-layer.ts';
import type { StoreDirectory } from './store-directory.ts';

const withoutHardLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Gives a finished file its final name without ever replacing what is there (`exists`). Killed between the two steps,
 * both names lead to the same file; doing it again, or `forgetSecondName`, sets that right.
 */
export async function publish(
  directory: StoreDirectory,
  draftPath: string,
  finalPath: string,
): Promise<void> {
  const { files } = directory;
  try {
    await files.link(draftPath, finalPath);
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (code === 'EEXIST') {
      // An answer that NFS lost looks like this too: the link is there already, and it is ours.
      const [draft, final] = [await findFacts(files, draftPath), await findFacts(files, finalPath)];
      if (draft === null || final === null || !isSameFile(draft, final)) {
        throw directory.fault('exists', 'Something is already stored under this name.', error);
      }
    } else if (withoutHardLinks.has(code)) {
      // Nobody of ours can come between: whoever publishes this name holds its draft, which is created exclusively.
      if ((await findFacts(files, finalPath)) !== null) {
        throw directory.fault('exists', 'Something is already stored under this name.', error);
      }
      return files.rename(draftPath, finalPath);
    } else {
      throw error;
    }
  }
  await unlinkIfThere(files, draftPath);
}

/**
 * After a crash between the two steps of `publish` the draft is a second name of the committed object. True when that
 * was so; the second name is gone then, and the object untouched.
 */
export async function forgetSecondName(directory: StoreDirectory, key: string): Promise<boolean> {
  const { files } = directory;
  const committed = await findFacts(files, directory.objectPath(key));
  if (committed === null || committed.nlink < 2n) return false;
  const unfinished = await findFacts(files, directory.unfinishedPath(key));
  if (unfinished === null || !isSameFile(committed, unfinished)) return false;
  await unlinkIfThere(files, directory.unfinishedPath(key));
  return true;
}
