'use client';

import { useTranslations } from 'next-intl';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useEffect } from 'react';
import { ImageFacts, ImageHashes } from './image-facts.tsx';
import { ImageHead } from './image-head.tsx';
import { ImagePrograms } from './image-programs.tsx';
import { ImageProperties } from './image-properties.tsx';
import { ImageSharing } from './image-sharing.tsx';
import { InvitationNote } from './invitation-note.tsx';
import { LocationsPanel } from './locations-panel.tsx';
import { WaitingNote } from './waiting-note.tsx';
import { NotFound } from '#components/shell/not-found.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { Tabs } from '#components/ui/tabs.tsx';
import { isApiError } from '#lib/client/api.ts';
import { useImage } from '#lib/client/queries/images.ts';
import { useStores } from '#lib/client/queries/stores.ts';

const tabs = ['stores', 'properties', 'sharing', 'programs'] as const;

/** One image: where it lies, what it is, who may use it, what programs call it. */
export function ImagePage({ imageId }: { imageId: string }) {
  const t = useTranslations('images');
  const shell = useTranslations('shell');
  const image = useImage(imageId);
  const stores = useStores();
  const [tab, setTab] = useQueryState('view', parseAsStringLiteral(tabs).withDefault('stores'));

  const name = image.data?.name ?? (image.data ? t('unnamed', { id: imageId.slice(0, 8) }) : null);
  useEffect(() => {
    if (name !== null) document.title = `${name} – ${shell('product')}`;
  }, [name, shell]);

  if (image.error && !image.data) {
    if (isApiError(image.error) && image.error.status === 404) return <NotFound />;
    return <ProblemNote error={image.error} onRetry={() => image.refetch()} className="m-4 rail:m-6" />;
  }
  if (!image.data || !stores.data || name === null) {
    return (
      <div role="status" aria-label={t('loading')} className="grid gap-4 px-4 pt-14 rail:px-6">
        <Skeleton width="40%" height={20} />
        <Skeleton width="60%" />
        <Skeleton width="100%" height={280} className="mt-6" />
      </div>
    );
  }
  const shared = { image: image.data, name };
  return (
    <>
      <ImageHead {...shared} />
      <WaitingNote image={image.data} />
      <InvitationNote image={image.data} />
      <Tabs
        label={name}
        value={tab}
        onChange={(next) => void setTab(next)}
        items={[
          {
            value: 'stores',
            label: t('tabStores'),
            count: image.data.locations.length,
            panel: (
              <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 px-4 pt-5 rail:grid-cols-[minmax(0,1fr)_300px] rail:px-6 full:grid-cols-[minmax(0,1fr)_348px]">
                <LocationsPanel {...shared} stores={stores.data} />
                <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
                  <ImageFacts image={image.data} stores={stores.data} />
                  <ImageHashes image={image.data} />
                </div>
              </div>
            ),
          },
          {
            value: 'properties',
            label: t('tabProperties'),
            count: Object.keys(image.data.properties).length,
            panel: <ImageProperties image={image.data} />,
          },
          {
            value: 'sharing',
            label: t('tabSharing'),
            count: image.data.members.length || undefined,
            panel: <ImageSharing image={image.data} />,
          },
          {
            value: 'programs',
            label: t('forPrograms'),
            panel: <ImagePrograms {...shared} stores={stores.data} />,
          },
        ]}
      />
    </>
  );
}
