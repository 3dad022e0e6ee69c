import type { ReactNode } from 'react';

/** Nothing here yet: the drawing, what to do first, and the way to do it. */
export function Empty({
  drawing,
  title,
  children,
  actions,
}: {
  drawing: ReactNode;
  title: ReactNode;
  children: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className="grid items-center gap-8 rounded-panel border border-dashed border-line-control p-6 rail:grid-cols-[auto_minmax(0,1fr)] rail:gap-14 rail:p-10">
      <div>{drawing}</div>
      <div>
        <p className="text-20 font-semibold">{title}</p>
        <div className="mt-1.5 mb-4 max-w-[46ch] text-ink-2">{children}</div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
    </div>
  );
}
