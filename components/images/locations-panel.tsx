'use client';

import { CircleCheck, CopyPlus, Clock, CirclePause, LogOut, OctagonX, ScanLine, Unplug } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { LocationMenu } from './location-menu.tsx';
import { LocationProblem } from './location-problem.tsx';
import { goodCopies, locationRows } from './location-rows.ts';
import type { LocationRow } from './location-rows.ts';
import { useBerthWords } from './manifest.tsx';
import { TransferProgress } from './transfer-progress.tsx';
import { useVerifyCopies, verifiableCopies } from './use-verify-copies.tsx';
import { Berth } from '#components/ui/berth.tsx';
import type { BerthState } from '#components/ui/berth.tsx';
import { Button } from '#components/ui/button.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { Bytes, Time, useFormat } from '#components/ui/quantity.tsx';
import { StateLabel } from '#components/ui/tag.tsx';
import { percentOf } from '#lib/client/format.ts';
import { pages } from '#lib/client/paths.ts';
import type { ImageView } from '#lib/contract/images.ts';
import type { StoreView } from '#lib/contract/stores.ts';
import Link from 'next/link';

const looks: Record<BerthState, { kind: 'ok' | 'warn' | 'danger' | 'moving' | 'off'; icon: LucideIcon }> = {
  active: { kind: 'ok', icon: CircleCheck },
  copying: { kind: 'moving', icon: CopyPlus },
  verifying: { kind: 'moving', icon: ScanLine },
  queued: { kind: 'off', icon: Clock },
  paused: { kind: 'off', icon: CirclePause },
  leaving: { kind: 'warn', icon: LogOut },
  corrupt: { kind: 'danger', icon: OctagonX },
  failed: { kind: 'danger', icon: OctagonX },
  offline: { kind: 'danger', icon: Unplug },
  absent: { kind: 'off', icon: Clock },
};

/** Every copy with its state, and what runs or went wrong right under it. */
export function LocationsPanel({
  image,
  name,
  stores,
}: {
  image: ImageView;
  name: string;
  stores: StoreView[];
}) {
  const t = useTranslations('images');
  const rows = locationRows(image, stores);
  const good = goodCopies(image).length;
  return (
    <Panel
      padded={false}
      title={t('whereItLies')}
      meta={<span className="max-rail:hidden">{t('goodCopies', { count: good })}</span>}
      actions={<VerifyAll image={image} />}
    >
      {rows.length === 0 ? (
        <p className="p-4 text-ink-3">{t('liesNowhere')}</p>
      ) : (
        <table className="table locations">
          <thead>
            <tr>
              <th scope="col">{t('column.store')}</th>
              <th scope="col" className="w-[136px]">
                {t('column.state')}
              </th>
              <th scope="col" className="num w-[110px]">
                {t('column.stored')}
              </th>
              <th scope="col" className="w-[176px]">
                {t('column.verified')}
              </th>
              <th scope="col" className="num column-read-speed w-[98px]">
                {t('column.readSpeed')}
              </th>
              <th scope="col" className="w-[52px]">
                <span className="sr-only">{t('column.actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <LocationRows key={row.store.id} image={image} name={name} row={row} goodCount={good} />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function LocationRows({
  image,
  name,
  row,
  goodCount,
}: {
  image: ImageView;
  name: string;
  row: LocationRow;
  goodCount: number;
}) {
  const { store, location, transfer, berth } = row;
  const words = useBerthWords();
  const format = useFormat();
  const look = looks[berth.state];
  const state = words(berth);
  const isBad = berth.state === 'corrupt' || berth.state === 'failed' || transfer?.state === 'failed';
  const isMoving = transfer !== null && transfer.state !== 'failed';
  return (
    <>
      <tr id={store.id} className="target:bg-selected">
        <td>
          <div className="flex items-center gap-2.5">
            <Berth
              wide
              className="flex-none rail:!w-[68px] rail:!px-0"
              code={store.code}
              state={berth.state}
              percent={berth.percent}
              label={`${store.id}: ${state}`}
            />
            <span className="min-w-0 leading-[18px]">
              <Link href={pages.store(store.id)} className="block font-[550] break-words hover:underline">
                {store.id}
              </Link>
              <span className="block text-12 text-ink-3">
                {[store.tier, store.site].filter(Boolean).join(', ') || store.description}
              </span>
            </span>
          </div>
        </td>
        <td>
          <StateLabel kind={look.kind} icon={look.icon}>
            <span className="first-letter:uppercase">{state}</span>
          </StateLabel>
        </td>
        <td className="num">
          <StoredCell image={image} row={row} />
        </td>
        <td>
          <VerifiedCell image={image} row={row} />
        </td>
        <td className="num column-read-speed">
          {store.read_rate === null || berth.state === 'corrupt' ? '–' : format.rate(store.read_rate)}
        </td>
        <td>{location && <LocationMenu image={image} name={name} store={store} location={location} />}</td>
      </tr>
      {(isMoving || isBad) && (
        <tr className="locations-sub">
          <td colSpan={6}>
            {isMoving && transfer && <TransferProgress transfer={transfer} name={name} />}
            {isBad && <LocationProblem image={image} name={name} row={row} goodCount={goodCount} />}
          </td>
        </tr>
      )}
    </>
  );
}

function StoredCell({ image, row: { location, berth } }: { image: ImageView; row: LocationRow }) {
  const t = useTranslations('images');
  const format = useFormat();
  const bytes = location?.bytes ?? 0;
  const whole = image.virtual_size_bytes ?? image.size_bytes;
  const note =
    berth.state === 'corrupt'
      ? t('notServed')
      : location?.state === 'writing' && image.size_bytes !== null
        ? t('ofBytes', { bytes: format.bytes(image.size_bytes, 'compare') })
        : whole !== null && whole > bytes && bytes > 0
          ? t('percentOf', { percent: format.percent(percentOf(bytes, whole)), bytes: format.bytes(whole) })
          : null;
  return (
    <>
      <div>
        <Bytes bytes={bytes} precision="compare" />
      </div>
      {note && <div className="text-12 text-ink-3">{note}</div>}
    </>
  );
}

function VerifiedCell({ image, row: { location, transfer } }: { image: ImageView; row: LocationRow }) {
  const t = useTranslations('images');
  if (location?.verified_at) {
    return (
      <>
        <div>
          <Time moment={location.verified_at} />
        </div>
        <div className="text-12 text-ink-3">{image.sha512 ? t('fullRead') : t('noHashYet')}</div>
      </>
    );
  }
  if (transfer && transfer.kind === 'copy') {
    return (
      <>
        <div>{t('whenCopied')}</div>
        {transfer.source_store && (
          <div className="text-12 text-ink-3">{t('fromStore', { store: transfer.source_store })}</div>
        )}
      </>
    );
  }
  return (
    <span className="text-ink-3">
      {location?.state === 'active'
        ? t('verifiedInBackground')
        : location?.state === 'writing' || location?.state === 'verifying'
          ? t('notVerifiedYet')
          : '–'}
    </span>
  );
}

function VerifyAll({ image }: { image: ImageView }) {
  const t = useTranslations('images');
  const verification = useVerifyCopies();
  const copies = verifiableCopies([image]);
  if (copies.length === 0) return null;
  return (
    <Button
      size="small"
      icon={ScanLine}
      busy={verification.busy}
      onClick={() => void verification.verify(copies)}
    >
      {t('verifyAll')}
    </Button>
  );
}
