/** Every format that is known here, in the order in which they are asked. A new format is one line and one file. */
import { cpio, kernel } from './families/amazon.ts';
import { bzip2, gzip, lz4, sevenZip, xz, zip, zstd } from './families/compressed.ts';
import { iso } from './families/iso.ts';
import { luks } from './families/luks.ts';
import { gpt, gptOnLargeSectors, mbr } from './families/partitions.ts';
import { ploop } from './families/ploop.ts';
import { qcow, qcow2 } from './families/qcow2.ts';
import { qed } from './families/qed.ts';
import { followTar, tar } from './families/tar.ts';
import { vdi } from './families/vdi.ts';
import { vhd } from './families/vhd.ts';
import { followVhdx, vhdx } from './families/vhdx.ts';
import { vmdk } from './families/vmdk.ts';
import type { Examined, Family, Follow } from './inspection.ts';

export const families: readonly Family[] = [
  qcow2,
  qcow,
  qed,
  vmdk,
  vhd,
  vhdx,
  vdi,
  luks,
  ploop,
  gzip,
  xz,
  zstd,
  bzip2,
  lz4,
  zip,
  sevenZip,
  cpio,
  tar,
  kernel,
  iso,
  gpt,
  gptOnLargeSectors,
  mbr,
];

/**
 * Marks that never make several formats: two bytes that many files carry by chance or by design, and a place where an
 * image with small clusters may keep the guest's own partition table.
 */
const weakFamilies: ReadonlySet<Family> = new Set([mbr, gptOnLargeSectors]);

/** Hybrid images that are made on purpose and read the same by everybody: discs that start from a stick, kernels for UEFI. */
const hybrids: ReadonlySet<string> = new Set(['iso+gpt', 'kernel+gpt']);

/** The families whose mark these bytes carry, the one that counts first. More than one: several formats at once. */
export function findFamilies(bytes: Uint8Array): Family[] {
  const matching = families.filter((family) => family.matches(bytes));
  const strong = matching.filter((family) => !weakFamilies.has(family));
  const [first, ...others] = strong.length > 0 ? strong : matching;
  if (first === undefined) return [];
  return [first, ...others.filter(({ format }) => !hybrids.has(`${first.format}+${format}`))];
}

const followers: Record<Follow['family'], (follow: Follow, bytes: Uint8Array) => Examined> = {
  vhdx: followVhdx,
  tar: followTar,
};

export function followFurther(follow: Follow, bytes: Uint8Array): Examined {
  return followers[follow.family](follow, bytes);
}
