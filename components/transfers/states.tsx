'use client';

import {
  ArrowLeftRight,
  Ban,
  CircleCheck,
  CirclePause,
  Clock,
  OctagonX,
  ScanLine,
  Unplug,
  Upload,
} from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ComponentProps } from 'react';
import { StateLabel } from '#components/ui/tag.tsx';
import type { UploadRow } from '#lib/client/uploads/upload-rows.ts';
import type { TransferState as State } from '#lib/contract/transfers.ts';

type Kind = ComponentProps<typeof StateLabel>['kind'];

const transferLooks: Record<State, [Kind, LucideIcon]> = {
  queued: ['off', Clock],
  running: ['moving', ArrowLeftRight],
  paused: ['off', CirclePause],
  verifying: ['moving', ScanLine],
  done: ['ok', CircleCheck],
  failed: ['danger', OctagonX],
  canceled: ['off', Ban],
};

/** The state of a copy or verification in a word, with its shape. */
export function TransferState({ state }: { state: State }) {
  const t = useTranslations('transfers');
  const [kind, icon] = transferLooks[state];
  const words: Record<State, string> = {
    queued: t('stateQueued'),
    running: t('stateRunning'),
    paused: t('statePaused'),
    verifying: t('stateVerifying'),
    done: t('stateDone'),
    failed: t('stateFailed'),
    canceled: t('stateCanceled'),
  };
  return (
    <StateLabel kind={kind} icon={icon}>
      {words[state]}
    </StateLabel>
  );
}

const uploadLooks: Record<UploadRow['state'], [Kind, LucideIcon]> = {
  waiting: ['off', Clock],
  sending: ['moving', Upload],
  elsewhere: ['moving', Upload],
  paused: ['off', CirclePause],
  left: ['off', CirclePause],
  'signed-out': ['off', CirclePause],
  offline: ['warn', Unplug],
  checking: ['moving', ScanLine],
  done: ['ok', CircleCheck],
  failed: ['danger', OctagonX],
};

export function UploadState({ state }: { state: UploadRow['state'] }) {
  const t = useTranslations('transfers');
  const [kind, icon] = uploadLooks[state];
  const words: Record<UploadRow['state'], string> = {
    waiting: t('stateQueued'),
    sending: t('stateReceiving'),
    elsewhere: t('stateReceiving'),
    paused: t('statePaused'),
    left: t('statePaused'),
    'signed-out': t('statePaused'),
    offline: t('stateQueued'),
    checking: t('stateChecking'),
    done: t('stateDone'),
    failed: t('stateFailed'),
  };
  return (
    <StateLabel kind={kind} icon={icon}>
      {words[state]}
    </StateLabel>
  );
}
