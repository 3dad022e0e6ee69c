import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { Icon } from './icon.tsx';

export interface ThreeBarProps {
  sentBytes: number;
  durableBytes: number;
  verifiedBytes: number;
  /** Null while the length is not known: the bar stays empty and only the numbers speak. */
  totalBytes: number | null;
  state?: 'moving' | 'paused' | 'failed';
  /** Unique: "Durable bytes of win2025-std-core-de". */
  label: string;
  /** "41.4 of 60.0 GiB durable" */
  valueText: string;
}

/** One track, three fills: verified solid, durable half, sent hatched. */
export function ThreeBar(props: ThreeBarProps) {
  const share = (bytes: number) =>
    props.totalBytes ? `${Math.min(100, (bytes / props.totalBytes) * 100)}%` : '0%';
  return (
    <div
      className={classNames(
        'three-bar',
        props.state === 'paused' && 'three-paused',
        props.state === 'failed' && 'three-failed',
      )}
      role="progressbar"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={props.totalBytes ? Math.floor((props.durableBytes / props.totalBytes) * 100) : undefined}
      aria-valuetext={props.valueText}
    >
      <i className="fill-sent" style={{ width: share(props.sentBytes) }} />
      <i className="fill-durable" style={{ width: share(props.durableBytes) }} />
      <i className="fill-verified" style={{ width: share(props.verifiedBytes) }} />
    </div>
  );
}

/** The three numbers under a bar. `sent` is "Read from ceph-nvme" for a copy. */
export function ThreeNumbers({
  sent,
  durable,
  verified,
}: Record<'sent' | 'durable' | 'verified', { label: ReactNode; value: ReactNode }>) {
  const items = [
    { fill: 'fill-sent shadow-[inset_0_0_0_1px_var(--accent-line)]', ...sent },
    { fill: 'fill-durable', ...durable },
    { fill: 'fill-verified', ...verified },
  ];
  return (
    <dl className="grid grid-cols-3 gap-2">
      {items.map((item) => (
        <div key={item.fill} className="min-w-0 leading-4">
          <dt className="flex items-center gap-[5px] text-11 text-ink-3">
            <i aria-hidden="true" className={`size-2 flex-none rounded-[1px] ${item.fill}`} />
            {item.label}
          </dt>
          <dd className="tn text-12 font-[550]">{item.value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Named steps; a step that takes longer than ten seconds shows how far it is. */
export function Stages({
  stages,
}: {
  stages: { name: string; state: 'done' | 'now' | 'later'; percent?: number }[];
}) {
  return (
    <ol className="flex gap-[3px]">
      {stages.map((stage) => (
        <li
          key={stage.name}
          aria-current={stage.state === 'now' ? 'step' : undefined}
          className={classNames(
            'relative flex flex-1 items-center gap-1 pt-[7px] text-11 whitespace-nowrap',
            stage.state === 'done' && 'text-ink-2',
            stage.state === 'now' && 'font-semibold text-accent-ink',
            stage.state === 'later' && 'text-ink-3',
          )}
        >
          <span aria-hidden="true" className="absolute inset-x-0 top-0 h-0.5 bg-line-strong">
            <span
              className="block h-full bg-accent transition-[width] duration-1000 ease-linear"
              style={{
                width: `${stage.state === 'done' ? 100 : stage.state === 'now' ? (stage.percent ?? 0) : 0}%`,
              }}
            />
          </span>
          {stage.state === 'done' && <Icon of={Check} size="mark" />}
          {stage.name}
        </li>
      ))}
    </ol>
  );
}
