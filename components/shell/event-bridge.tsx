'use client';

import { useQueryClient } from '@tanstack/react-query';
import { Unplug } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { Note } from '#components/ui/note.tsx';
import { connectEvents } from '#lib/client/events.ts';
import type { EventState } from '#lib/client/events.ts';

/** A reconnection that takes no longer than this is nobody's concern. */
const quietMilliseconds = 3_000;

/** Holds the tab's one event stream open, and says so when it is not. */
export function EventBridge() {
  const t = useTranslations('shell');
  const client = useQueryClient();
  const [state, setState] = useState<EventState>('connecting');
  const [late, setLate] = useState(false);
  useEffect(() => connectEvents(client, setState), [client]);
  useEffect(() => {
    if (state === 'live') {
      setLate(false);
      return;
    }
    const timer = setTimeout(() => setLate(true), quietMilliseconds);
    return () => clearTimeout(timer);
  }, [state]);
  if (!late || state !== 'reconnecting') return null;
  return (
    <Note kind="warn" icon={Unplug} role="status" className="mx-4 mt-3 rail:mx-6">
      {t('reconnecting')}
    </Note>
  );
}
