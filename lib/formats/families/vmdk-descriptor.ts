/** The text inside a VMDK that says of which files the disk consists. Read strictly: what is not understood is refused. */
import type { Refusal } from '../inspection.ts';
import { printableName, refusals } from '../words.ts';

export interface VmdkDescriptor {
  createType: string | null;
  refusal: Refusal | null;
}

/** The two kinds that are one file and name no other (OSSA-2023-002). */
const servedTypes = new Set(['monolithicsparse', 'streamoptimized']);

const extentLine = /^(rw|rdonly|noaccess)\s+(\d+)\s+(\S+)(?:\s+"([^"]*)"(?:\s+(\d+))?)?\s*$/i;
const fieldLine = /^([a-z0-9_.]+)\s*=\s*(.*)$/i;
const noParent = 'ffffffff';
const remedy =
  'Export it as one stream-optimized VMDK (ovftool, or qemu-img convert -O vmdk -o subformat=streamOptimized), then upload that.';

function foreignExtent(name: string): Refusal {
  return { ...refusals.needsOtherFile(printableName(name), remedy), code: 'foreign-extent' };
}

/** `capacitySectors`: what the sparse header says; null for a descriptor that is a file of its own. */
export function readDescriptor(text: string, capacitySectors: number | null): VmdkDescriptor {
  const fields = new Map<string, string>();
  const extents: { sectors: number; kind: string; name: string }[] = [];
  let odd: string | null = null;

  for (const raw of text.split(/\r\n|\n|\r/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const extent = extentLine.exec(line);
    const field = fieldLine.exec(line);
    if (extent !== null) {
      extents.push({
        sectors: Number(extent[2]),
        kind: (extent[3] ?? '').toUpperCase(),
        name: extent[4] ?? '',
      });
    } else if (field !== null) {
      fields.set((field[1] ?? '').toLowerCase(), (field[2] ?? '').replace(/^"|"$/g, ''));
    } else {
      odd ??= line;
    }
  }

  const createType = fields.get('createtype') ?? null;
  const refuse = (refusal: Refusal): VmdkDescriptor => ({ createType, refusal });

  if (fields.has('changetrackpath')) return refuse(foreignExtent(fields.get('changetrackpath') ?? ''));
  if (fields.has('parentfilenamehint') || (fields.get('parentcid') ?? noParent).toLowerCase() !== noParent) {
    return refuse(refusals.needsOtherFile(printableName(fields.get('parentfilenamehint') ?? ''), remedy));
  }
  const [first, ...others] = extents;
  const pathLike = extents.find(({ name }) => /[/\\]/.test(name) || name.includes('..'));
  if (pathLike !== undefined) return refuse(foreignExtent(pathLike.name));
  const plain = extents.find(({ kind }) => kind !== 'SPARSE');
  if (plain !== undefined) return refuse(foreignExtent(plain.name));
  if (capacitySectors === null) return refuse(foreignExtent(first?.name ?? ''));
  if (!/^[\t\r\n\x20-\x7e]*$/.test(text))
    return refuse(refusals.malformed('VMDK', 'its descriptor is not plain text'));
  if (odd !== null) return refuse(refusals.malformed('VMDK', 'its descriptor holds lines that mean nothing'));
  if (first === undefined) return refuse(refusals.malformed('VMDK', 'its descriptor names no data'));
  if (others.length > 0) return refuse(foreignExtent(others[0]?.name ?? ''));
  if (createType === null || !servedTypes.has(createType.toLowerCase())) {
    return refuse({
      code: 'unsupported-subformat',
      sentence: `This VMDK is of the kind ${printableName(createType ?? '') ?? 'unknown'}; only one-file kinds can be kept (monolithicSparse, streamOptimized).`,
      remedy,
    });
  }
  if (first.sectors !== capacitySectors) {
    return refuse(refusals.malformed('VMDK', 'header and descriptor give different sizes'));
  }
  return { createType, refusal: null };
}
