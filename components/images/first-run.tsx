'use client';

import { FolderOpen } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Button } from '#components/ui/button.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { Hold, LoadLine, holdWidth } from '#components/ui/hold.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { Kbd } from '#components/ui/tag.tsx';
import { Programs } from '#components/programs/programs.tsx';
import { capacityBytes } from '#lib/client/berths.ts';
import { useSession } from '#lib/client/queries/session.ts';
import { requestUpload } from '#lib/client/upload-request.ts';
import type { StoreView } from '#lib/contract/stores.ts';

/** Before the first image: the empty holds, what to do first, the other way. */
export function FirstRun({ stores, onShowList }: { stores: StoreView[]; onShowList(): void }) {
  const t = useTranslations('images');
  const format = useFormat();
  const session = useSession();
  const shown = stores.slice(0, 5);
  const limit = session.data?.limits.image_size_bytes ?? null;
  return (
    <div className="px-4 pt-2 rail:px-6">
      <Empty
        drawing={
          <div className="plan !pl-0" style={{ ['--deck' as string]: '124px' }}>
            <div className="plan-deck w-[300px] max-w-full">
              {shown.map((store) => (
                <Hold
                  key={store.id}
                  layers={[]}
                  capacityBytes={capacityBytes(store)}
                  loadLinePercent={store.load_line}
                />
              ))}
              <LoadLine percent={shown[0]?.load_line ?? 85} className="!-right-5 !-left-5" />
            </div>
            <div className="plan-labels w-[300px] max-w-full">
              {shown.map((store) => {
                const capacity = capacityBytes(store);
                return (
                  <div key={store.id} className="min-w-0" style={{ flexGrow: holdWidth(capacity) }}>
                    <span className="font-mono font-semibold">{store.code}</span>
                    <div className="truncate text-12 text-ink-3">
                      {capacity === null ? store.id : `${store.id}, ${format.bytes(capacity)}`}
                    </div>
                  </div>
                );
              })}
            </div>
          </div>
        }
        title={t('firstRunTitle', { count: stores.length })}
        actions={
          <>
            <Button variant="primary" size="large" icon={FolderOpen} onClick={() => requestUpload()}>
              {t('chooseFiles')}
            </Button>
            <span className="text-ink-3">{t.rich('orPress', { key: () => <Kbd>U</Kbd> })}</span>
          </>
        }
      >
        {limit === null ? t('firstRunBody') : t('firstRunBodyLimit', { limit: format.bytes(limit) })}
      </Empty>
      <section className="mt-7 grid grid-cols-[minmax(0,1fr)] gap-4">
        <Programs
          title={t('forPrograms')}
          deeds={[
            {
              kind: 'sign-in',
              user: session.data?.user.name ?? 'admin',
              project: session.data?.project.name ?? 'admin',
              identity: session.data?.identity,
            },
            {
              kind: 'upload-image',
              name: 'ubuntu-24.04',
              file: 'noble.qcow2',
              diskFormat: 'qcow2',
              stores: [],
            },
          ]}
        />
        <p className="text-12 text-ink-3">
          <button type="button" onClick={onShowList} className="min-h-6 text-accent-ink hover:underline">
            {t('showEmptyList')}
          </button>
        </p>
      </section>
    </div>
  );
}
