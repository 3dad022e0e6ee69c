'use client';

import { TriangleAlert, Upload } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ImageBrowser } from './image-browser.tsx';
import { FirstRun } from './first-run.tsx';
import { useImageUrl } from './use-image-url.ts';
import { Button } from '#components/ui/button.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { tabClass, tabListClass } from '#components/ui/tabs.tsx';
import { PageHead } from '#components/shell/page-head.tsx';
import { imageTabs } from '#lib/client/image-filters.ts';
import type { ImageTab } from '#lib/client/image-filters.ts';
import { useImageCount } from '#lib/client/queries/images.ts';
import { useStores } from '#lib/client/queries/stores.ts';
import { pages } from '#lib/client/paths.ts';
import { requestUpload } from '#lib/client/upload-request.ts';

/** Every image that this person may see. */
export function ImagesPage() {
  const t = useTranslations('images');
  const format = useFormat();
  const [state] = useImageUrl();
  const everything = useImageCount({});
  const stores = useStores();
  const [firstRunSeen, setFirstRunSeen] = useState(false);
  const stored = stores.data?.reduce((sum, store) => sum + store.stored_bytes, 0);
  const isEmpty = everything.data === 0 && !firstRunSeen;
  return (
    <>
      <PageHead
        title={t('title')}
        sub={
          isEmpty
            ? t('noneYet')
            : stored !== undefined &&
              typeof everything.data === 'number' &&
              t('summary', {
                count: everything.data,
                shown: format.count(everything.data),
                stored: format.bytes(stored),
                stores: stores.data?.filter(({ stored_bytes }) => stored_bytes > 0).length ?? 0,
              })
        }
        actions={
          <Button variant="primary" icon={Upload} onClick={() => requestUpload()}>
            {t('uploadImages')}
          </Button>
        }
      />
      {isEmpty && stores.data ? (
        <FirstRun stores={stores.data} onShowList={() => setFirstRunSeen(true)} />
      ) : (
        <>
          <OwnershipTabs current={state.tab} total={everything.data ?? null} />
          <ImageBrowser tab={state.tab} label={t('title')} />
        </>
      )}
    </>
  );
}

/** Whose images: links, because each is a list of its own with its own address. */
function OwnershipTabs({ current, total }: { current: ImageTab; total: number | null }) {
  const t = useTranslations('images');
  return (
    <nav aria-label={t('tabs')} className={tabListClass}>
      {imageTabs.map((tab) => (
        <Link
          key={tab}
          href={tab === 'all' ? pages.images : `${pages.images}?tab=${tab}`}
          aria-current={tab === current ? 'page' : undefined}
          className={tabClass(tab === current)}
        >
          {tab === 'attention' && (
            <span className="text-warn">
              <Icon of={TriangleAlert} size="small" />
            </span>
          )}
          {t(`tab.${tab}`)}
          <TabCount tab={tab} known={tab === 'all' ? total : undefined} />
        </Link>
      ))}
    </nav>
  );
}

function TabCount({ tab, known }: { tab: ImageTab; known: number | null | undefined }) {
  const { count } = useFormat();
  const asked = useImageCount({ tab }, known === undefined);
  const value = known === undefined ? asked.data : known;
  return typeof value === 'number' ? (
    <span className="tn text-12 font-normal text-ink-3">{count(value)}</span>
  ) : null;
}
