import { classNames } from './class-names.ts';

/** What lies in a hold, bottom to top. Shares are per cent of the capacity. */
export interface CargoLayer {
  kind: 'operator' | 'project' | 'foreign' | 'snapshot' | 'reserved' | 'incoming' | 'leaving' | 'over';
  percent: number;
}

/**
 * Cuts the laden layers at the load line: what stands above it is drawn as `over`. What would go beyond the brim is left
 * out: sparse images may well promise more than there is.
 */
export function layersUnderLine(layers: CargoLayer[], loadLinePercent: number): CargoLayer[] {
  const result: CargoLayer[] = [];
  let height = 0;
  let over = 0;
  for (const layer of layers) {
    const laden =
      layer.kind === 'operator' ||
      layer.kind === 'project' ||
      layer.kind === 'foreign' ||
      layer.kind === 'snapshot';
    if (!laden) {
      if (over > 0) result.push({ kind: 'over', percent: over });
      over = 0;
      result.push(layer);
      continue;
    }
    const below = Math.max(0, Math.min(layer.percent, loadLinePercent - height));
    if (below > 0) result.push({ kind: layer.kind, percent: below });
    over += layer.percent - below;
    height += layer.percent;
  }
  if (over > 0) result.push({ kind: 'over', percent: over });
  let left = 100;
  return result.flatMap((layer) => {
    const percent = Math.min(layer.percent, left);
    left -= percent;
    return percent > 0 ? [{ ...layer, percent }] : [];
  });
}

export interface GaugeProps {
  layers: CargoLayer[];
  /** Per cent of the capacity; the tick with the ring. */
  loadLinePercent: number;
  /** "ceph-nvme: 18.7 of 24 TiB used" */
  label: string;
  usedPercent: number | null;
  className?: string;
}

/** A hold laid on its side. The number that belongs to it stands beside it. */
export function Gauge({ layers, loadLinePercent, label, usedPercent, className }: GaugeProps) {
  if (usedPercent === null) {
    return <div className={classNames('gauge gauge-none', className)} role="img" aria-label={label} />;
  }
  return (
    <div
      className={classNames('gauge', className)}
      role="meter"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(usedPercent)}
      aria-valuetext={label}
      aria-label={label}
      style={{ ['--line-at' as string]: `${loadLinePercent}%` }}
    >
      {layersUnderLine(layers, loadLinePercent).map((layer, index) => (
        <i
          key={`${layer.kind}${index}`}
          className={`cargo-${layer.kind}`}
          style={{ width: `${layer.percent}%` }}
        />
      ))}
    </div>
  );
}

/** The gauge of a column head, 30 px wide; its meaning is in the head's label. */
export function MiniGauge({
  usedPercent,
  loadLinePercent,
}: {
  usedPercent: number | null;
  loadLinePercent: number;
}) {
  return (
    <span
      className={classNames(
        'mini',
        usedPercent === null && 'mini-none',
        usedPercent !== null && usedPercent > loadLinePercent && 'mini-over',
      )}
      style={{ ['--line-at' as string]: `${loadLinePercent}%` }}
      aria-hidden="true"
    >
      {usedPercent !== null && <i style={{ width: `${Math.min(100, usedPercent)}%` }} />}
    </span>
  );
}
