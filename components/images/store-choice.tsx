'use client';

import { useTranslations } from 'next-intl';
import { Code } from '#components/ui/berth.tsx';
import { classNames } from '#components/ui/class-names.ts';
import { CheckBox } from '#components/ui/field.tsx';
import { Gauge } from '#components/ui/gauge.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { useMonthPrice } from '#components/ui/use-month-price.ts';
import { capacityBytes, layersOf, usedBytes, usedPercent } from '#lib/client/berths.ts';
import type { ImageSummary } from '#lib/contract/images.ts';
import type { StoreView } from '#lib/contract/stores.ts';

const GiB = 1024 ** 3;

/** What a copy of these images into a store would mean. */
export interface Placement {
  store: StoreView;
  /** Those that do not lie there yet. */
  missing: ImageSummary[];
  incomingBytes: number;
  reason: 'here' | 'unavailable' | 'read-only' | 'no-room' | 'refused' | null;
  /** Goes above the load line: possible for a person, never done by itself. */
  overLine: boolean;
}

export function placementOf(store: StoreView, images: ImageSummary[]): Placement {
  const missing = images.filter(
    (image) =>
      !image.locations.some(
        ({ store: id, state }) =>
          id === store.id && (state === 'active' || state === 'writing' || state === 'verifying'),
      ),
  );
  const incomingBytes = missing.reduce((sum, image) => sum + (image.size_bytes ?? 0), 0);
  const capacity = capacityBytes(store);
  const used = usedBytes(store);
  const room = capacity === null || used === null ? null : capacity - used - store.reserved_bytes;
  const overLine =
    capacity !== null && used !== null && ((used + incomingBytes) / capacity) * 100 > store.load_line;
  const reason =
    missing.length === 0
      ? 'here'
      : store.state === 'unavailable'
        ? 'unavailable'
        : store.state === 'read-only' || !store.capabilities.includes('write')
          ? 'read-only'
          : typeof store.actions.place === 'string'
            ? 'refused'
            : room !== null && incomingBytes > room
              ? 'no-room'
              : null;
  return { store, missing, incomingBytes, reason, overLine };
}

/** The stores as rows to choose from: room, price and what would come. */
export function StoreChoice({
  placements,
  chosen,
  onChange,
  label,
}: {
  placements: Placement[];
  chosen: string[];
  onChange(chosen: string[]): void;
  label: string;
}) {
  return (
    <ul aria-label={label} className="grid gap-2">
      {placements.map((placement) => {
        const on = chosen.includes(placement.store.id);
        return (
          <PlacementRow
            key={placement.store.id}
            placement={placement}
            on={on}
            onChange={(next) =>
              onChange(
                next ? [...chosen, placement.store.id] : chosen.filter((id) => id !== placement.store.id),
              )
            }
          />
        );
      })}
    </ul>
  );
}

function PlacementRow({
  placement,
  on,
  onChange,
}: {
  placement: Placement;
  on: boolean;
  onChange(on: boolean): void;
}) {
  const t = useTranslations('images');
  const format = useFormat();
  const monthPrice = useMonthPrice();
  const { store, incomingBytes, reason, overLine } = placement;
  const used = usedPercent(store);
  const capacity = capacityBytes(store);
  const usedOf = usedBytes(store);
  const free = capacity === null || usedOf === null ? null : Math.max(0, capacity - usedOf);
  const price = store.price_per_gib_month;
  const refusal = typeof store.actions.place === 'string' ? store.actions.place : '';
  const reasonText =
    reason === null
      ? null
      : reason === 'refused'
        ? refusal
        : t(`placement.${reason}`, {
            store: store.id,
            incoming: format.bytes(incomingBytes),
            free: free === null ? '–' : format.bytes(free),
          });
  return (
    <li
      className={classNames(
        'rounded-panel border',
        reason !== null && 'border-line bg-sunken text-ink-3',
        reason === null &&
          (on ? 'border-accent shadow-[inset_0_0_0_1px_var(--accent)]' : 'border-line-strong'),
      )}
    >
      <label
        className={classNames(
          'grid gap-2 px-3.5 py-3',
          reason === null ? 'cursor-pointer' : 'cursor-not-allowed',
        )}
      >
        <span className="flex items-center gap-2.5">
          <CheckBox checked={on} onChange={onChange} disabled={reason !== null} />
          <Code>{store.code}</Code>
          <span className="min-w-0 flex-1 truncate font-[550]">{store.id}</span>
          {reason === null && price !== null && (
            <span className="tn text-12">
              {t('priceAMonth', { price: monthPrice((incomingBytes / GiB) * price, store.currency) })}
            </span>
          )}
        </span>
        {reasonText ? (
          <span className="text-12">{reasonText}</span>
        ) : (
          <span className="flex items-center gap-3 pt-1.5 text-12 text-ink-3">
            <Gauge
              className="flex-1"
              layers={layersOf(store, on ? incomingBytes : 0)}
              loadLinePercent={store.load_line}
              usedPercent={used}
              label={
                used === null
                  ? t('storeHeadUnknown', { store: store.id })
                  : t('storeHead', { store: store.id, percent: format.percent(used) })
              }
            />
            <span className="tn whitespace-nowrap">
              {[
                free === null ? t('noLimit') : t('freeBytes', { bytes: format.bytes(free) }),
                store.tier,
                store.site,
              ]
                .filter(Boolean)
                .join(', ')}
            </span>
          </span>
        )}
        {reason === null && overLine && (
          <span className="text-12 text-warn">
            {t('placement.over-line', { store: store.id, incoming: format.bytes(incomingBytes) })}
          </span>
        )}
      </label>
    </li>
  );
}
