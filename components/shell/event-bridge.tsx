'use client';

import { useQueryClient } from '@tanstack/react-query';
import { Unplug, WifiOff } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { useOnline } from './use-online.ts';
import { Note } from '#components/ui/note.tsx';
import { connectEvents } from '#lib/client/events.ts';
import type { EventState } from '#lib/client/events.ts';

/** A reconnection that takes no longer than this is nobody's concern. */
const quietMilliseconds = 3_000;

/** Holds the tab's one event stream open, and says so when it is not or the browser has no line. It stays in sight. */
export function EventBridge() {
  const t = useTranslations('shell');
  const client = useQueryClient();
  const [state, setState] = useState<EventState>('connecting');
  const [late, setLate] = useState(false);
  const online = useOnline();
  useEffect(() => connectEvents(client, setState), [client]);
  useEffect(() => {
    if (state === 'live') {
      setLate(false);
      return;
    }
    const timer = setTimeout(() => setLate(true), quietMilliseconds);
    return () => clearTimeout(timer);
  }, [state]);
  const cutOff = late && state === 'reconnecting';
  // Always there, for who has it read: what is said in a region that has just come is often not heard.
  return (
    <div role="status" className="sticky top-0 z-20">
      {(!online || cutOff) && (
        <div className="bg-surface px-4 py-3 rail:px-6">
          <Note kind="warn" icon={online ? Unplug : WifiOff} title={online ? t('cutOff') : t('offline')}>
            {t('mayBeOld')}
          </Note>
        </div>
      )}
    </div>
  );
}
