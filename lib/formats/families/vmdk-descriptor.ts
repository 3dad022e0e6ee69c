/** The text inside a VMDK that says of which files the disk consists. Read strictly: what is not understood is refused. */
import type { Refusal } from '../inspection.ts';
import { phrase, printableName, refusalOf, refusals } from '../words.ts';

export interface VmdkDescriptor {
  createType: string | null;
  refusal: Refusal | null;
}

/** The two kinds that are one file and name no other (OSSA-2023-002). */
const servedTypes = new Set(['monolithicsparse', 'streamoptimized']);

const extentLine = /^(rw|rdonly|noaccess)\s+(\d+)\s+(\S+)(?:\s+"([^"]*)"(?:\s+(\d+))?)?\s*$/i;
const fieldLine = /^([a-z0-9_.]+)\s*=\s*(.*)$/i;
const noParent = 'ffffffff';
const remedy = phrase('remedy.one-vmdk');

function foreignExtent(name: string): Refusal {
  return { ...refusals.needsOtherFile(printableName(name), remedy), code: 'foreign-extent' };
}

interface Extent {
  sectors: number;
  kind: string;
  name: string;
}

interface Lines {
  /** By their names in small letters. */
  fields: ReadonlyMap<string, string>;
  extents: readonly Extent[];
  /** The first line that is neither. */
  odd: string | null;
}

/** `capacitySectors`: what the sparse header says; null for a descriptor that is a file of its own. */
export function readDescriptor(text: string, capacitySectors: number | null): VmdkDescriptor {
  const lines = readLines(text);
  const isPlainText = /^[\t\r\n\x20-\x7e]*$/.test(text);
  return {
    createType: lines.fields.get('createtype') ?? null,
    refusal:
      refusalOfReferences(lines, capacitySectors) ??
      refusalOfForm(lines, isPlainText) ??
      refusalOfDisk(lines, capacitySectors),
  };
}

function readLines(text: string): Lines {
  const fields = new Map<string, string>();
  const extents: Extent[] = [];
  let odd: string | null = null;
  for (const raw of text.split(/\r\n|\n|\r/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const extent = extentLine.exec(line);
    const field = fieldLine.exec(line);
    if (extent !== null) {
      const [, , sectors, kind = '', name = ''] = extent;
      extents.push({ sectors: Number(sectors), kind: kind.toUpperCase(), name });
    } else if (field !== null) {
      const [, name = '', value = ''] = field;
      fields.set(name.toLowerCase(), value.replace(/^"|"$/g, ''));
    } else {
      odd ??= line;
    }
  }
  return { fields, extents, odd };
}

/** It takes bytes from another file: first of all, whatever else is wrong with it. */
function refusalOfReferences({ fields, extents }: Lines, capacitySectors: number | null): Refusal | null {
  const changes = fields.get('changetrackpath');
  if (changes !== undefined) return foreignExtent(changes);
  const parent = fields.get('parentfilenamehint');
  if (parent !== undefined || (fields.get('parentcid') ?? noParent).toLowerCase() !== noParent) {
    return refusals.needsOtherFile(printableName(parent ?? ''), remedy);
  }
  const foreign =
    extents.find(({ name }) => /[/\\]/.test(name) || name.includes('..')) ??
    extents.find(({ kind }) => kind !== 'SPARSE');
  if (foreign !== undefined) return foreignExtent(foreign.name);
  return capacitySectors === null ? foreignExtent(extents[0]?.name ?? '') : null;
}

function refusalOfForm({ extents, odd }: Lines, isPlainText: boolean): Refusal | null {
  if (!isPlainText) return refusals.malformed('VMDK', 'its-descriptor-is-not-plain-text');
  if (odd !== null) return refusals.malformed('VMDK', 'its-descriptor-holds-lines-that-mean-nothing');
  const [first, second] = extents;
  if (first === undefined) return refusals.malformed('VMDK', 'its-descriptor-names-no-data');
  return second === undefined ? null : foreignExtent(second.name);
}

function refusalOfDisk({ fields, extents }: Lines, capacitySectors: number | null): Refusal | null {
  const createType = fields.get('createtype') ?? '';
  if (!servedTypes.has(createType.toLowerCase())) {
    const kind = printableName(createType);
    const sentence =
      kind === null
        ? phrase('refusal.unsupported-unnamed-subformat')
        : phrase('refusal.unsupported-subformat', { kind });
    return refusalOf('unsupported-subformat', sentence, remedy);
  }
  if (extents[0]?.sectors === capacitySectors) return null;
  return refusals.malformed('VMDK', 'header-and-descriptor-give-different-sizes');
}
