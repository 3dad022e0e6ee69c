import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

/** A box for what stands beside other things; the page's main table has none. */
export function Panel({
  title,
  meta,
  actions,
  children,
  padded = true,
  id,
  className,
}: {
  title: ReactNode;
  meta?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** False where a table or code fills it to the edge. */
  padded?: boolean;
  id?: string;
  className?: string;
}) {
  return (
    <section id={id} className={classNames('panel rounded-panel border border-line bg-surface', className)}>
      <header className="flex min-h-11 flex-wrap items-center gap-2 border-b border-line px-4 py-1.5">
        <h2>{title}</h2>
        {meta && <span className="text-ink-3">{meta}</span>}
        {actions && <span className="ml-auto flex items-center gap-2">{actions}</span>}
      </header>
      {padded ? <div className="p-4">{children}</div> : children}
    </section>
  );
}
