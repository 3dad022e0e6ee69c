'use client';

import { Upload } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { Icon } from '#components/ui/icon.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { requestUpload } from '#lib/client/upload-request.ts';
import { takeDrop } from '#lib/client/uploads/pick-files.ts';

/** The whole window takes files. Its twin for keys and touch is the button "Upload images". */
export function UploadDropZone() {
  const t = useTranslations('uploads');
  const [over, setOver] = useState(false);

  useEffect(() => {
    // Each element that is entered sends its own enter and leave; the window is left when all of them are.
    let depth = 0;
    const bearsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent) => {
      if (!bearsFiles(event)) return;
      depth += 1;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!bearsFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const hover = (event: DragEvent) => {
      if (!bearsFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
    };
    const drop = (event: DragEvent) => {
      if (!bearsFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      void takeDrop(event.dataTransfer).then(({ files, folders }) => {
        if (files.length > 0) requestUpload({ files });
        if (folders > 0) showToast({ kind: 'failed', text: t('folders', { count: folders }) });
      });
    };
    const listeners = { dragenter: enter, dragleave: leave, dragover: hover, drop } as const;
    for (const [type, listener] of Object.entries(listeners)) {
      window.addEventListener(type as keyof typeof listeners, listener);
    }
    return () => {
      for (const [type, listener] of Object.entries(listeners)) {
        window.removeEventListener(type as keyof typeof listeners, listener);
      }
    };
  }, [t]);

  if (!over) return null;
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none fixed inset-0 z-50 grid place-items-center bg-scrim p-4"
    >
      <div className="grid w-full max-w-[460px] justify-items-center gap-2 rounded-panel border border-dashed border-accent bg-raised px-6 py-10 text-center shadow-sheet">
        <span className="text-accent">
          <Icon of={Upload} />
        </span>
        <span className="text-16 font-semibold">{t('dropTitle')}</span>
        <span className="text-ink-3">{t('dropHint')}</span>
      </div>
    </div>
  );
}
