import { classNames } from './class-names.ts';

/** A grey place for text to come; shows itself after 200 ms only. */
export function Skeleton({
  width,
  height,
  className,
}: {
  width?: number | string;
  height?: number;
  className?: string;
}) {
  return <span aria-hidden="true" className={classNames('skeleton', className)} style={{ width, height }} />;
}

/** A row's own shape: box, two lines, berths. */
export function SkeletonRow({ index }: { index: number }) {
  const widths = [62, 44, 53, 38, 49];
  const width = widths[index % widths.length] ?? 50;
  return (
    <div aria-hidden="true" className="flex h-[46px] items-center gap-4 border-b border-line px-4 rail:px-6">
      <Skeleton width={16} height={16} />
      <span className="grid flex-1 gap-[7px]">
        <Skeleton width={`${width}%`} />
        <Skeleton width={`${width * 0.6}%`} height={8} />
      </span>
      <Skeleton width={40} height={22} />
      <Skeleton width={40} height={22} />
      <Skeleton width={40} height={22} />
    </div>
  );
}
