'use client';

import { useEffect, useState } from 'react';
import { onUploadRequest } from '#lib/client/upload-request.ts';
import { EngineBridge } from './engine-bridge.tsx';
import { UploadDropZone } from './drop-zone.tsx';
import { UploadSheet } from './upload-sheet.tsx';
import { useDrafts } from './use-drafts.ts';

/** All of uploading that lies over every page: the window that takes drops, the sheet, and the tie to the engine. */
export function Uploads() {
  const drafts = useDrafts();
  const [open, setOpen] = useState(false);
  const [stores, setStores] = useState<readonly string[] | null>(null);
  const { add } = drafts;

  useEffect(
    () =>
      onUploadRequest((request) => {
        if (request.files) add(request.files);
        if (request.stores) setStores(request.stores);
        setOpen(true);
      }),
    [add],
  );
  return (
    <>
      <EngineBridge />
      <UploadDropZone />
      <UploadSheet
        open={open}
        onOpenChange={setOpen}
        drafts={drafts}
        chosenStores={stores}
        onChosenStores={setStores}
      />
    </>
  );
}
