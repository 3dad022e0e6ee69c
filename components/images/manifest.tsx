'use client';

import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { Berth } from '#components/ui/berth.tsx';
import { MiniGauge } from '#components/ui/gauge.tsx';
import { HoverCardTrigger, createHoverCard } from '#components/ui/hover-card.tsx';
import { Popover } from '#components/ui/popover.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { Tooltip } from '#components/ui/tooltip.tsx';
import { berthLimit, usedPercent } from '#lib/client/berths.ts';
import type { BerthView } from '#lib/client/berths.ts';
import { pages } from '#lib/client/paths.ts';
import type { ImageSummary } from '#lib/contract/images.ts';
import type { StoreView } from '#lib/contract/stores.ts';

export interface CardPayload {
  image: ImageSummary;
  name: string;
  berth: BerthView;
}

/** The one card of the list; see `berth-card.tsx`. */
export const card = createHoverCard<CardPayload>();

/** "copying 43 %": the state of a copy in words. */
export function useBerthWords(): (berth: BerthView) => string {
  const t = useTranslations('images');
  const { percent } = useFormat();
  return (berth) =>
    berth.state === 'copying'
      ? t('berth.copyingPercent', { percent: percent(berth.percent) })
      : t(`berth.${berth.state}`);
}

/** Where an image lies: one berth for each store, the same order on every row. */
export function Manifest({
  image,
  name,
  berths,
}: {
  image: ImageSummary;
  name: string;
  berths: BerthView[];
}) {
  const t = useTranslations('images');
  const words = useBerthWords();
  const rest = berths.slice(berthLimit).filter((berth) => berth.state !== 'absent');
  return (
    <ul className="manifest" aria-label={t('manifestOf', { name })}>
      {berths.slice(0, berthLimit).map((berth) => (
        <li key={berth.store.id} className={berth.state === 'absent' ? 'berth-slot-absent' : undefined}>
          <BerthLink image={image} name={name} berth={berth} words={words(berth)} />
        </li>
      ))}
      {rest.length > 0 && (
        <li>
          <Popover
            trigger={
              <button
                type="button"
                aria-label={t('moreBerths', { count: rest.length, name })}
                className="berth w-full text-ink-2 hover:bg-hover"
              >
                +{rest.length}
              </button>
            }
          >
            <ul className="grid gap-2 p-4">
              {rest.map((berth) => (
                <li key={berth.store.id} className="flex items-center gap-2.5">
                  <Berth
                    wide
                    code={berth.store.code}
                    state={berth.state}
                    percent={berth.percent}
                    label={`${berth.store.id}: ${words(berth)}`}
                  />
                  <span aria-hidden="true">{berth.store.id}</span>
                </li>
              ))}
            </ul>
          </Popover>
        </li>
      )}
    </ul>
  );
}

function BerthLink({ image, name, berth, words }: CardPayload & { words: string }) {
  const label = `${berth.store.id}: ${words}`;
  const drawing = <Berth code={berth.store.code} state={berth.state} percent={berth.percent} label={label} />;
  if (berth.state === 'absent') return drawing;
  return (
    <HoverCardTrigger
      handle={card}
      payload={{ image, name, berth }}
      link={
        <Link
          href={`${pages.image(image.id)}#${berth.store.id}`}
          prefetch={false}
          className="block rounded-mark"
        >
          {drawing}
        </Link>
      }
    />
  );
}

/** The head of the manifest's column: the stores' codes with how full they are. */
export function ManifestHead({ stores }: { stores: StoreView[] }) {
  const t = useTranslations('images');
  const { percent } = useFormat();
  return (
    <div className="manifest">
      {stores.slice(0, berthLimit).map((store) => {
        const used = usedPercent(store);
        const label =
          used === null
            ? t('storeHeadUnknown', { store: store.id })
            : t('storeHead', { store: store.id, percent: percent(used) });
        return (
          <Tooltip key={store.id} text={label}>
            <Link href={pages.store(store.id)} className="berth berth-head" aria-label={label}>
              <span aria-hidden="true">{store.code}</span>
              <MiniGauge usedPercent={used} loadLinePercent={store.load_line} />
            </Link>
          </Tooltip>
        );
      })}
    </div>
  );
}
