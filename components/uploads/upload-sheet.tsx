'use client';

import { FilePlus2, FolderOpen, Upload } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useMemo, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Sheet } from '#components/ui/dialog.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { useSession } from '#lib/client/queries/session.ts';
import { useStores } from '#lib/client/queries/stores.ts';
import { uploadEngine } from '#lib/client/uploads/browser.ts';
import { browserName } from '#lib/client/uploads/browser-name.ts';
import { bytesToSend, isReady, toOrders, verdictOf } from '#lib/client/uploads/draft.ts';
import { pickFiles } from '#lib/client/uploads/pick-files.ts';
import { firstPlace, planPlaces } from '#lib/client/uploads/placement.ts';
import { expectedHashOf, parseSha512Sums } from '#lib/client/uploads/sha512sums.ts';
import { FileCard } from './file-card.tsx';
import { PlacePicker } from './place-picker.tsx';
import { SheetFooter } from './sheet-footer.tsx';
import { SheetOptions } from './sheet-options.tsx';
import type { SheetWishes } from './sheet-options.tsx';
import type { Drafts } from './use-drafts.ts';
import { useKnownUploads } from './use-known-uploads.ts';
import { useTakenNames } from './use-taken-names.ts';

const firstWishes: SheetWishes = { visibility: 'private', tags: [], protect: false, hashesText: '' };

/** What is to be uploaded, where it is kept and who may use it. Nothing is sent before the one button is pressed. */
export function UploadSheet({
  open,
  onOpenChange,
  drafts,
  chosenStores,
  onChosenStores,
}: {
  open: boolean;
  onOpenChange(open: boolean): void;
  drafts: Drafts;
  /** Null: nobody has chosen, the first that takes the files is ticked. */
  chosenStores: readonly string[] | null;
  onChosenStores(stores: string[] | null): void;
}) {
  const t = useTranslations('uploads');
  const session = useSession();
  const stores = useStores();
  const known = useKnownUploads();
  const [wishes, setWishes] = useState(firstWishes);
  const { files } = drafts;

  const verdicts = files.map((draft) => verdictOf(draft, known));
  const ready = verdicts.filter(isReady).length;
  const reading = verdicts.some(({ kind }) => kind === 'reading');
  const fresh = files.filter((_, index) => {
    const verdict = verdicts[index];
    return verdict && isReady(verdict) && verdict.kind !== 'goes-on';
  });
  const freshBytes = fresh.reduce((sum, { file }) => sum + file.size, 0);
  const taken = useTakenNames(open ? fresh.map(({ name }) => name) : []);
  const offers = planPlaces(stores.data ?? [], freshBytes);
  const possible = (id: string) => offers.some(({ store, refusal }) => store.id === id && refusal === null);
  const first = firstPlace(offers);
  const chosen = (chosenStores ?? (first === null ? [] : [first])).filter(possible);
  const hashes = useMemo(() => parseSha512Sums(wishes.hashesText), [wishes.hashesText]);
  const matchedHashes = fresh.filter(({ file }) => expectedHashOf(hashes, file.name, files.length)).length;

  const reason = reading
    ? t('stillReading')
    : ready === 0
      ? t('nothingReady')
      : fresh.length > 0 && chosen.length === 0
        ? t('noStoreChosen')
        : hashes.wrongLines.length > 0
          ? t('wrongHashes')
          : null;
  const close = () => {
    drafts.clear();
    setWishes(firstWishes);
    onChosenStores(null);
    onOpenChange(false);
  };
  const submit = () => {
    const orders = toOrders(files, known, {
      stores: chosen,
      visibility: wishes.visibility,
      tags: wishes.tags,
      protect: wishes.protect,
      hashes,
      client: browserName(navigator.userAgent),
    });
    for (const order of orders.resumed) uploadEngine().resume(order);
    uploadEngine().add(orders.fresh);
    close();
  };
  const choose = () => void pickFiles({ multiple: true }).then(drafts.add);

  return (
    <Sheet
      open={open}
      onOpenChange={onOpenChange}
      title={t('sheetTitle', { count: files.length })}
      subtitle={
        files.length === 0 ? t('sheetNone') : reading ? t('sheetReading') : t('sheetReady', { ready })
      }
      footer={
        files.length > 0 && (
          <SheetFooter
            bytes={bytesToSend(files, known)}
            freshCount={fresh.length}
            resumedCount={ready - fresh.length}
            copies={chosen.length}
            offers={offers.filter(({ store }) => chosen.includes(store.id))}
            deed={{
              kind: 'upload-image',
              name: fresh[0]?.name ?? files[0]?.name ?? '',
              file: fresh[0]?.file.name ?? files[0]?.file.name ?? '',
              diskFormat: (fresh[0]?.read && fresh[0].read.inspection.diskFormat) || 'raw',
              stores: chosen,
            }}
            disabledReason={reason}
            onCancel={close}
            onSubmit={submit}
          />
        )
      }
    >
      {files.length === 0 ? (
        <FileWell onChoose={choose} />
      ) : (
        <>
          <div className="grid gap-[9px]">
            <ul aria-label={t('filesLabel')} className="grid gap-[9px]">
              {files.map((draft) => (
                <FileCard
                  key={draft.id}
                  draft={draft}
                  uploads={known}
                  nameTaken={taken.has(draft.name)}
                  onChange={(change) => drafts.change(draft.id, change)}
                  onRemove={() => drafts.remove(draft.id)}
                />
              ))}
            </ul>
            <div>
              <Button variant="ghost" size="small" icon={FilePlus2} onClick={choose}>
                {t('addFiles')}
              </Button>
            </div>
          </div>
          {(fresh.length > 0 || reading) && (
            <>
              <PlacePicker
                offers={offers}
                fileCount={fresh.length}
                incomingBytes={freshBytes}
                chosen={chosen}
                onChange={onChosenStores}
              />
              <SheetOptions
                wishes={wishes}
                onChange={(change) => setWishes((old) => ({ ...old, ...change }))}
                visibilities={session.data?.visibilities ?? ['private']}
                hashes={hashes}
                matchedHashes={matchedHashes}
              />
            </>
          )}
        </>
      )}
    </Sheet>
  );
}

/** Before any file: where to drop, and the button that does the same. */
function FileWell({ onChoose }: { onChoose(): void }) {
  const t = useTranslations('uploads');
  return (
    <div className="grid min-h-[max(280px,calc(100dvh-152px))] content-center justify-items-center gap-3 rounded-panel border border-dashed border-line-control bg-sunken px-6 py-14 text-center">
      <span className="text-ink-3">
        <Icon of={Upload} />
      </span>
      <p className="text-16 font-semibold">{t('wellTitle')}</p>
      <p className="max-w-[56ch] text-ink-2">{t('wellHint')}</p>
      <Button variant="primary" icon={FolderOpen} onClick={onChoose}>
        {t('chooseFiles')}
      </Button>
    </div>
  );
}
