'use client';

import { CopyPlus, ScanLine, Trash2, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { CopyDialog } from './copy-dialog.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { useVerifyCopies, verifiableCopies } from './use-verify-copies.tsx';
import { Button, IconButton } from '#components/ui/button.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { isOffered } from '#lib/client/allowed.ts';
import type { ImageSummary } from '#lib/contract/images.ts';

/** What can be done to all that is selected; stands over the foot of the page. */
export function BulkBar({ images, onClear }: { images: ImageSummary[]; onClear(): void }) {
  const t = useTranslations('images');
  const format = useFormat();
  const [asking, setAsking] = useState<'copy' | 'delete' | null>(null);
  const verification = useVerifyCopies();
  const verifiable = verifiableCopies(images);
  const copyable = images.filter(({ actions }) => isOffered(actions, 'copy'));
  const mayDelete = images.some(({ actions }) => isOffered(actions, 'delete'));
  const copies = images.flatMap((image) => image.locations);
  const bytes = copies.reduce((sum, copy) => sum + copy.bytes, 0);
  const change = (what: 'copy' | 'delete') => (open: boolean) => setAsking(open ? what : null);
  return (
    <>
      <div
        role="toolbar"
        aria-label={t('selectionActions')}
        className="fixed bottom-[70px] left-3 z-20 flex h-11 items-center gap-1 rounded-panel bg-ink pr-2 pl-3.5 text-surface shadow-menu max-rail:right-3 max-rail:bottom-[126px] rail:bottom-[78px] rail:left-[81px] full:bottom-5 full:left-60"
      >
        <span className="tn font-[550] whitespace-nowrap">
          {t('selectedCount', { count: images.length })}
        </span>
        <span className="tn px-1 whitespace-nowrap opacity-75 max-rail:hidden">
          {t('selectedBytes', { bytes: format.bytes(bytes), copies: copies.length })}
        </span>
        <span aria-hidden="true" className="mx-1.5 h-5 w-px bg-current opacity-25" />
        {copyable.length > 0 && (
          <Button variant="inverted" icon={CopyPlus} onClick={() => setAsking('copy')}>
            {t('copyTo')}
          </Button>
        )}
        {verifiable.length > 0 && (
          <span className="max-rail:hidden">
            <Button
              variant="inverted"
              icon={ScanLine}
              busy={verification.busy}
              onClick={() => void verification.verify(verifiable)}
            >
              {t('verify')}
            </Button>
          </span>
        )}
        <Button
          variant="inverted"
          icon={Trash2}
          disabledReason={mayDelete ? undefined : t('deleteNotYours', { count: images.length })}
          onClick={() => setAsking('delete')}
        >
          {t('delete')}
        </Button>
        <span aria-hidden="true" className="mx-1.5 h-5 w-px bg-current opacity-25" />
        <IconButton
          variant="inverted"
          icon={X}
          label={t('clearSelection')}
          onClick={onClear}
          className="max-rail:ml-auto"
        />
      </div>
      <CopyDialog images={copyable} open={asking === 'copy'} onOpenChange={change('copy')} onDone={onClear} />
      <DeleteDialog
        images={images}
        open={asking === 'delete'}
        onOpenChange={change('delete')}
        onDone={onClear}
      />
    </>
  );
}
