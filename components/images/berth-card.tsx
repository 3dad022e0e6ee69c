'use client';

import { ScanLine, Trash2, Wrench } from 'lucide-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { card, useBerthWords } from './manifest.tsx';
import type { CardPayload } from './manifest.tsx';
import { RemoveCopyDialog } from './remove-copy-dialog.tsx';
import { RepairDialog } from './repair-dialog.tsx';
import { useProblemText } from '#components/shell/problem-note.tsx';
import { Code } from '#components/ui/berth.tsx';
import { Button } from '#components/ui/button.tsx';
import { HoverCard } from '#components/ui/hover-card.tsx';
import { Bytes, Time } from '#components/ui/quantity.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { allowed } from '#lib/client/allowed.ts';
import { pages } from '#lib/client/paths.ts';
import { useVerifyLocation } from '#lib/client/queries/images.ts';

/** The card of the berth under the pointer; one for the whole list. */
export function BerthCard() {
  const t = useTranslations('images');
  const words = useBerthWords();
  const [asking, setAsking] = useState<Asking | null>(null);
  return (
    <>
      <HoverCard handle={card}>
        {(payload) => {
          const { image, berth } = payload;
          return (
            <div className="grid gap-2">
              <div className="flex items-center gap-2">
                <Code>{berth.store.code}</Code>
                <span className="font-[550]">{berth.store.id}</span>
              </div>
              <dl className="kv !grid-cols-[84px_minmax(0,1fr)] text-12">
                <dt>{t('column.state')}</dt>
                <dd>{words(berth)}</dd>
                {berth.location && (
                  <>
                    <dt>{t('column.stored')}</dt>
                    <dd>
                      <Bytes bytes={berth.location.bytes} precision="compare" />
                    </dd>
                    <dt>{t('column.verified')}</dt>
                    <dd>
                      {berth.location.verified_at ? (
                        <Time moment={berth.location.verified_at} />
                      ) : berth.location.state === 'corrupt' || berth.location.state === 'missing' ? (
                        '–'
                      ) : (
                        t('notVerifiedYet')
                      )}
                    </dd>
                  </>
                )}
              </dl>
              {berth.location?.error && <p className="text-12 text-danger">{berth.location.error}</p>}
              {berth.store.state === 'unavailable' && berth.store.error && (
                <p className="text-12 text-danger">{berth.store.error}</p>
              )}
              <CardActions {...payload} onAsk={(deed) => setAsking({ ...payload, deed })} />
              <Link
                href={`${pages.image(image.id)}#${berth.store.id}`}
                className="text-12 text-accent-ink hover:underline"
              >
                {t('openCopy')}
              </Link>
            </div>
          );
        }}
      </HoverCard>
      {asking && <CardDialog asking={asking} onClose={() => setAsking(null)} />}
    </>
  );
}

interface Asking extends CardPayload {
  deed: 'repair' | 'remove';
}

/** What can be done to the copy now; what cannot stands with its reason on the image's page. */
function CardActions({ image, name, berth, onAsk }: CardPayload & { onAsk(deed: Asking['deed']): void }) {
  const t = useTranslations('images');
  const verify = useVerifyLocation();
  const problemText = useProblemText();
  const { location, store } = berth;
  const can = (action: string) => location !== null && allowed(location.actions, action) === true;
  const named = (action: string) => t('cardAction', { action, name, store: store.id });
  if (!['verify', 'repair', 'remove'].some(can)) return null;
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {can('repair') && (
        <Button size="small" icon={Wrench} aria-label={named(t('repair'))} onClick={() => onAsk('repair')}>
          {t('repair')}
        </Button>
      )}
      {can('verify') && (
        <Button
          size="small"
          icon={ScanLine}
          busy={verify.isPending}
          aria-label={named(t('verify'))}
          onClick={() =>
            verify.mutate(
              { imageId: image.id, store: store.id },
              {
                onSuccess: () => showToast({ text: t('verifyStarted', { store: store.id }) }),
                onError: (error) => showToast({ kind: 'failed', text: problemText(error, 'mutation') }),
              },
            )
          }
        >
          {t('verify')}
        </Button>
      )}
      {can('remove') && (
        <Button size="small" icon={Trash2} aria-label={named(t('remove'))} onClick={() => onAsk('remove')}>
          {t('remove')}
        </Button>
      )}
    </div>
  );
}

/** Beside the card, which closes when the pointer leaves it. */
function CardDialog({ asking, onClose }: { asking: Asking; onClose(): void }) {
  const { image, name, berth, deed } = asking;
  if (berth.location === null) return null;
  const Dialog = deed === 'repair' ? RepairDialog : RemoveCopyDialog;
  return (
    <Dialog
      image={image}
      name={name}
      location={berth.location}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    />
  );
}
