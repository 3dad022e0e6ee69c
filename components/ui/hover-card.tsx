'use client';

import { PreviewCard as Base } from '@base-ui/react/preview-card';
import type { ReactElement, ReactNode } from 'react';

/** One card for many triggers: a list of a thousand berths still mounts one. */
export function createHoverCard<Payload>(): Base.Handle<Payload> {
  return Base.createHandle<Payload>();
}

/** What opens the card when it is hovered or focused; `link` is a link element, so that a press leads somewhere. */
export function HoverCardTrigger<Payload>({
  handle,
  payload,
  link,
}: {
  handle: Base.Handle<Payload>;
  payload: Payload;
  link: ReactElement<Record<string, unknown>>;
}) {
  return <Base.Trigger handle={handle} payload={payload} delay={250} closeDelay={120} render={link} />;
}

export function HoverCard<Payload>({
  handle,
  children,
}: {
  handle: Base.Handle<Payload>;
  children(payload: Payload): ReactNode;
}) {
  return (
    <Base.Root handle={handle}>
      {({ payload }) => (
        <Base.Portal>
          <Base.Positioner sideOffset={6} collisionPadding={12} className="z-30">
            <Base.Popup className="w-[306px] max-w-[calc(100vw-24px)] rounded-panel border border-line-strong bg-raised p-4 shadow-menu">
              {payload === undefined ? null : children(payload)}
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      )}
    </Base.Root>
  );
}
