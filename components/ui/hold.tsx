import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { layersUnderLine } from './gauge.tsx';
import type { CargoLayer } from './gauge.tsx';

const TiB = 1024 ** 4;

/** A greater store is a wider hold, but by the root: else one archive hides all others. */
export function holdWidth(capacityBytes: number | null): number {
  return capacityBytes === null ? 2.2 : Math.sqrt(capacityBytes / TiB + 6);
}

export interface HoldProps {
  layers: CargoLayer[];
  capacityBytes: number | null;
  loadLinePercent: number;
  /** Its own line, where the holds beside it have another. */
  ownLine?: boolean;
  offline?: boolean;
  /** Stands at the bottom of a hold without a known capacity: "no limit". */
  note?: ReactNode;
  children?: ReactNode;
  className?: string;
}

/** A store as an open vessel that fills from below. A drawing only: what it says stands in words near it. */
export function Hold({
  layers,
  capacityBytes,
  loadLinePercent,
  ownLine = false,
  offline = false,
  note,
  className,
}: HoldProps) {
  const unlimited = capacityBytes === null;
  return (
    <div
      aria-hidden="true"
      className={classNames('hold', offline && 'hold-offline', unlimited && 'hold-unlimited', className)}
      style={{ flexGrow: holdWidth(capacityBytes) }}
    >
      <div className="tank">
        {!unlimited &&
          layersUnderLine(layers, loadLinePercent).map((layer, index) => (
            <i
              key={`${layer.kind}${index}`}
              className={`cargo-${layer.kind}`}
              style={{ height: `${layer.percent}%` }}
            />
          ))}
      </div>
      {ownLine && <div className="hold-line" style={{ top: `${100 - loadLinePercent}%` }} />}
      {unlimited && note && (
        <span className="absolute inset-x-0 bottom-2 text-center text-12 text-ink-3">{note}</span>
      )}
    </div>
  );
}

/** The one mark under which every hold may be laden by itself. */
export function LoadLine({ percent, className }: { percent: number; className?: string }) {
  return (
    <div
      aria-hidden="true"
      className={classNames('load-line', className)}
      style={{ top: `${100 - percent}%` }}
    />
  );
}

/** The axis at the left of the holds, with the load line's figure in its place. */
export function HoldMarks({ loadLinePercent }: { loadLinePercent: number | null }) {
  const marks = [100, 75, 50, 25, 0].filter(
    (mark) => loadLinePercent === null || Math.abs(mark - loadLinePercent) > 6,
  );
  return (
    <div className="plan-marks" aria-hidden="true">
      {marks.map((mark) => (
        <span key={mark} style={{ bottom: `${mark}%`, ...(mark === 0 && { transform: 'none' }) }}>
          {mark}
        </span>
      ))}
      {loadLinePercent !== null && (
        <span className="plan-at" style={{ bottom: `${loadLinePercent}%` }}>
          {loadLinePercent}
        </span>
      )}
    </div>
  );
}
