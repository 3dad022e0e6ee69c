'use client';

import { EyeOff, Lock } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { memo } from 'react';
import { CheckBox } from '#components/ui/field.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { Bytes, Time } from '#components/ui/quantity.tsx';
import { berthsOf } from '#lib/client/berths.ts';
import { byteUnitOf, splitBytes } from '#lib/client/format.ts';
import { pages } from '#lib/client/paths.ts';
import type { ImageSummary } from '#lib/contract/images.ts';
import type { StoreView } from '#lib/contract/stores.ts';
import type { TransferView } from '#lib/contract/transfers.ts';
import { Manifest } from './manifest.tsx';
import { VisibilityLabel } from './visibility.tsx';

/** The unit of the greater figure, unless the lesser would be written 0.0 in it. */
function unitBeside(bytes: number, whole: number) {
  const unit = byteUnitOf(whole);
  return Number(splitBytes(bytes, { unit, region: 'en' }).value) > 0 ? unit : byteUnitOf(bytes);
}

export interface ImageRowProps {
  image: ImageSummary;
  stores: StoreView[];
  transfers: TransferView[] | undefined;
  selected: boolean;
  onSelect(image: ImageSummary, selected: boolean, withShift: boolean): void;
}

/** The cells of one image; the row around them is the list's. */
export const ImageRow = memo(function ImageRow({
  image,
  stores,
  transfers,
  selected,
  onSelect,
}: ImageRowProps) {
  const t = useTranslations('images');
  const name = image.name ?? t('unnamed', { id: image.id.slice(0, 8) });
  const size = image.virtual_size_bytes ?? image.size_bytes;
  const meta = [
    image.status === 'active' ? null : t(`status.${image.status}`),
    image.disk_format,
    image.tags.length > 0 ? image.tags.join(', ') : null,
  ].filter(Boolean);
  return (
    <>
      <div role="cell" className="cell-box" onClick={(event) => event.stopPropagation()}>
        <CheckBox
          checked={selected}
          onChange={(next) => onSelect(image, next, false)}
          label={t('selectImage', { name })}
        />
      </div>
      <div role="cell" className="cell-name">
        <Link
          href={pages.image(image.id)}
          prefetch={false}
          data-row-link
          title={name}
          className="flex min-w-0 items-center gap-1.5 font-[550] tracking-[-.003em] outline-none"
        >
          <span className="truncate">{name}</span>
          {image.protected && (
            <span className="text-ink-3">
              <Icon of={Lock} size="mark" />
              <span className="sr-only">{t('protected')}</span>
            </span>
          )}
          {image.hidden && (
            <span className="text-ink-3">
              <Icon of={EyeOff} size="mark" />
              <span className="sr-only">{t('hidden')}</span>
            </span>
          )}
        </Link>
        <div className="cell-meta truncate text-12 text-ink-3">{meta.join(' · ')}</div>
      </div>
      <div role="cell" className="cell-size num">
        <div>{size === null ? '–' : <Bytes bytes={size} />}</div>
        {image.size_bytes !== null && image.size_bytes !== size && (
          <div className="cell-meta text-12 text-ink-3">
            {t.rich('bytesACopy', {
              bytes: () => (
                <Bytes bytes={image.size_bytes ?? 0} unit={unitBeside(image.size_bytes ?? 0, size ?? 0)} />
              ),
            })}
          </div>
        )}
      </div>
      <div role="cell" className="cell-manifest">
        <Manifest image={image} name={name} berths={berthsOf(image, stores, transfers)} />
      </div>
      <div role="cell" className="cell-visibility text-ink-2">
        <VisibilityLabel visibility={image.visibility} />
      </div>
      <div role="cell" className="cell-owner truncate text-ink-2" title={image.owner_name ?? undefined}>
        {image.owner_name ?? '–'}
      </div>
      <div role="cell" className="cell-updated num text-ink-2">
        <Time moment={image.updated_at} as="age" />
      </div>
    </>
  );
});
