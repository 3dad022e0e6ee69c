'use client';

import { useTranslations } from 'next-intl';
import { useFormat } from '#components/ui/quantity.tsx';
import type { DraftFile } from '#lib/client/uploads/draft.ts';

/** What the bytes say: format, virtual size, what is to be sent. The name is believed nothing. */
export function FileFacts({ draft }: { draft: DraftFile }) {
  const t = useTranslations('uploads');
  const format = useFormat();
  if (!draft.read) return null;
  const { inspection } = draft.read;
  const extension = extensionOf(draft.file.name);
  const misleading =
    extension !== null &&
    inspection.diskFormat !== null &&
    !usualExtensions(inspection.format).includes(extension);
  const size = format.bytes(draft.file.size);
  return (
    <>
      <span className="whitespace-nowrap">
        {misleading ? t('formatNamed', { format: inspection.detail, extension }) : inspection.detail}
      </span>
      <span className="whitespace-nowrap">
        {inspection.virtualSizeBytes === null || inspection.virtualSizeBytes === draft.file.size
          ? t('toSend', { size })
          : t('virtualAndSend', { virtual: format.bytes(inspection.virtualSizeBytes), size })}
      </span>
    </>
  );
}

function extensionOf(fileName: string): string | null {
  const match = /\.([a-z0-9]{2,6})$/i.exec(fileName);
  return match?.[1]?.toLowerCase() ?? null;
}

const extensions: Readonly<Record<string, readonly string[]>> = {
  qcow: ['qcow'],
  qcow2: ['qcow2', 'qcow'],
  iso: ['iso'],
  vmdk: ['vmdk'],
  vhd: ['vhd', 'vpc'],
  vhdx: ['vhdx'],
  vdi: ['vdi'],
  ova: ['ova'],
  ploop: ['hds', 'hdd', 'ploop'],
};

/** Formats that are not here go by any name: raw disks are called .img, .raw, .bin and more. */
function usualExtensions(format: string): readonly string[] {
  return (
    extensions[format] ?? [
      'raw',
      'img',
      'bin',
      'dd',
      'iso',
      'hdd',
      'vmlinuz',
      'tar',
      'gz',
      'xz',
      'zst',
      'bz2',
    ]
  );
}
