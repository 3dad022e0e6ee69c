import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ConformancePlace } from '../../conformance/conformance.ts';
import type { FileLayer } from './file-layer.ts';
import { FilesystemStore } from './filesystem-store.ts';

/** Two directories on the file system of `parent`: a store and its neighbour. */
export async function openDirectories(
  parent = tmpdir(),
  layer?: () => FileLayer,
): Promise<Required<ConformancePlace> & { path: string }> {
  const root = await mkdtemp(path.join(parent, 'stowage-filesystem-'));
  const directory = path.join(root, 'store');
  const openStore = (id: string) =>
    new FilesystemStore(id, { path: path.join(root, id), shared: false }, layer?.());
  return {
    path: directory,
    open: async () => openStore('store'),
    async openNeighbour() {
      await mkdir(path.join(root, 'neighbour'), { recursive: true });
      return openStore('neighbour');
    },
    putForeign: (name, bytes) => writeFile(path.join(directory, name), bytes),
    countOpen: async () => (await readdir('/proc/self/fd')).length,
    async allocatedBytes(key) {
      return (await stat(path.join(directory, key))).blocks * 512;
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

export type MountKind = 'tmpfs' | 'xfs' | 'btrfs';

/**
 * A small file system of its own, or the reason why there is none. Needs root, and the tools of the file system.
 */
export async function mountSmall(
  kind: MountKind,
  sizeMebibytes: number,
): Promise<{ path: string; unmount(): Promise<void> } | { reason: string }> {
  if (process.platform !== 'linux') return { reason: 'mounting is tested on Linux only' };
  if (process.getuid?.() !== 0) return { reason: `only root can mount a ${kind}` };
  const root = await mkdtemp(path.join(tmpdir(), `stowage-${kind}-`));
  const target = path.join(root, 'mount');
  await mkdir(target);
  try {
    if (kind === 'tmpfs') {
      run(
        'mount',
        '-t',
        'tmpfs',
        '-o',
        `size=${sizeMebibytes}m`,
        `stowage-${randomBytes(4).toString('hex')}`,
        target,
      );
    } else {
      const image = path.join(root, 'image');
      const file = await open(image, 'w');
      await file.truncate(sizeMebibytes * 2 ** 20);
      await file.close();
      run(`mkfs.${kind}`, '-q', image);
      run('mount', '-o', 'loop', image, target);
    }
  } catch (error) {
    await rm(root, { recursive: true, force: true });
    return { reason: `no ${kind} could be mounted: ${String(error).split('\n')[0]}` };
  }
  return {
    path: target,
    async unmount() {
      run('umount', target);
      await rm(root, { recursive: true, force: true });
    },
  };
}

const tmpfsMagic = 0x01021994;

export async function isTmpfs(directory: string): Promise<boolean> {
  try {
    return (await statfs(directory)).type === tmpfsMagic;
  } catch {
    return false;
  }
}

function run(command: string, ...parameters: string[]): void {
  execFileSync(command, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
}
