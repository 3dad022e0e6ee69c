'use client';

import {
  CircleX,
  Disc3,
  HardDrive,
  Pencil,
  RotateCw,
  ShieldCheck,
  ShieldX,
  TriangleAlert,
  X,
} from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button, IconButton } from '#components/ui/button.tsx';
import { classNames } from '#components/ui/class-names.ts';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { Input } from '#components/ui/field.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { Popover } from '#components/ui/popover.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { usePhrase } from '#components/ui/use-phrase.ts';
import { recognised, verdictOf } from '#lib/client/uploads/draft.ts';
import type { DraftFile, Verdict } from '#lib/client/uploads/draft.ts';
import type { UploadView } from '#lib/contract/uploads.ts';
import { FileFacts } from './file-facts.tsx';

export interface FileCardProps {
  draft: DraftFile;
  /** Unfinished uploads of the server that this tab is not busy with. */
  uploads: readonly UploadView[];
  /** The project has an image of this name already. */
  nameTaken: boolean;
  onChange(change: { name?: string; goOn?: boolean }): void;
  onRemove(): void;
}

const looks: Record<Verdict['kind'], { icon: LucideIcon; colour: string } | null> = {
  reading: null,
  safe: { icon: ShieldCheck, colour: 'text-ok' },
  'goes-on': { icon: RotateCw, colour: 'text-accent-ink' },
  warned: { icon: TriangleAlert, colour: 'text-warn' },
  changed: { icon: TriangleAlert, colour: 'text-warn' },
  refused: { icon: CircleX, colour: 'text-danger' },
  unreadable: { icon: CircleX, colour: 'text-danger' },
  empty: { icon: CircleX, colour: 'text-danger' },
};

/** A file in the sheet: what it is, whether it may be stored, and under which name. */
export function FileCard({ draft, uploads, nameTaken, onChange, onRemove }: FileCardProps) {
  const t = useTranslations('uploads');
  const [renaming, setRenaming] = useState(false);
  const verdict = verdictOf(draft, uploads);
  const bad = verdict.kind === 'refused' || verdict.kind === 'unreadable' || verdict.kind === 'empty';
  const warned = verdict.kind === 'warned' || verdict.kind === 'changed';
  const look = looks[verdict.kind];
  const word = {
    reading: t('reading'),
    safe: t('safe'),
    'goes-on': t('goesOn'),
    warned: t('warned'),
    changed: t('warned'),
    refused: t('refused'),
    unreadable: t('refused'),
    empty: t('refused'),
  }[verdict.kind];

  return (
    <li
      className={classNames(
        'grid grid-cols-[36px_minmax(0,1fr)] items-center gap-x-3 gap-y-0.5 rounded-panel border px-3.5 py-[13px] rail:grid-cols-[36px_minmax(0,1fr)_auto]',
        bad && 'border-danger-line bg-[color-mix(in_srgb,var(--danger-tint)_50%,var(--raised))]',
        warned && 'border-warn-line bg-[color-mix(in_srgb,var(--warn-tint)_50%,var(--raised))]',
        !bad && !warned && 'border-line-strong',
      )}
    >
      <span
        className={classNames(
          'row-span-2 grid size-9 place-items-center self-start rounded-control max-rail:row-span-3',
          bad ? 'bg-danger-solid text-on-danger' : 'bg-sunken text-ink-2',
        )}
      >
        <Icon of={bad ? ShieldX : iconOf(draft)} />
      </span>
      <div className="flex min-w-0 flex-wrap items-center gap-x-3 rail:flex-nowrap">
        {renaming ? (
          <NameField draft={draft} onDone={() => setRenaming(false)} onChange={onChange} />
        ) : (
          <span className="truncate font-[550]" title={draft.name}>
            {draft.name}
          </span>
        )}
        <span
          className={classNames(
            'inline-flex flex-none items-center gap-[5px] text-12 font-medium',
            look?.colour ?? 'text-ink-3',
          )}
        >
          {look && <Icon of={look.icon} size="small" />}
          {word}
        </span>
      </div>
      <div className="flex items-center max-rail:order-3 max-rail:col-start-2 max-rail:-ml-2 rail:row-span-2">
        <CardActions
          draft={draft}
          verdict={verdict}
          renaming={renaming}
          onRename={() => setRenaming(true)}
          onChange={onChange}
          uploads={uploads}
        />
        <IconButton icon={X} size="small" label={t('remove', { name: draft.name })} onClick={onRemove} />
      </div>
      <Facts draft={draft} verdict={verdict} nameTaken={nameTaken} />
    </li>
  );
}

function iconOf(draft: DraftFile): LucideIcon {
  const format = draft.read ? draft.read.inspection.diskFormat : null;
  return format === 'iso' ? Disc3 : HardDrive;
}

function NameField({
  draft,
  onDone,
  onChange,
}: {
  draft: DraftFile;
  onDone(): void;
  onChange: FileCardProps['onChange'];
}) {
  const t = useTranslations('uploads');
  const [name, setName] = useState(draft.name);
  const keep = () => {
    if (name.trim() !== '') onChange({ name: name.trim() });
    onDone();
  };
  return (
    <Input
      autoFocus
      value={name}
      maxLength={255}
      aria-label={t('nameLabel', { name: draft.file.name })}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setName(event.target.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === 'Enter') keep();
        if (event.key !== 'Escape') return;
        // Only the renaming is left, not the sheet.
        event.stopPropagation();
        onDone();
      }}
      className="!h-7 max-w-[340px]"
    />
  );
}

function CardActions({
  draft,
  verdict,
  renaming,
  onRename,
  onChange,
  uploads,
}: {
  draft: DraftFile;
  verdict: Verdict;
  renaming: boolean;
  onRename(): void;
  onChange: FileCardProps['onChange'];
  uploads: readonly UploadView[];
}) {
  const t = useTranslations('uploads');
  const phrase = usePhrase();
  switch (verdict.kind) {
    case 'refused':
      return (
        <Popover
          align="end"
          title={draft.name}
          trigger={
            <Button size="small" aria-label={t('howToFixLabel', { name: draft.name })}>
              {t('howToFix')}
            </Button>
          }
        >
          <div className="grid max-w-[420px] gap-2 px-4 py-3 [overflow-wrap:anywhere]">
            <p>{phrase(verdict.sentence)}</p>
            <p className="text-ink-2">{phrase(verdict.remedy)}</p>
            {verdict.command !== null && (
              <div>
                <CopyButton text={verdict.command} what={t('copyRemedy')} />
              </div>
            )}
          </div>
        </Popover>
      );
    case 'goes-on':
      return (
        <Button variant="ghost" size="small" onClick={() => onChange({ goOn: false })}>
          {t('startOver')}
        </Button>
      );
    case 'changed':
      return (
        <Button size="small" onClick={() => onChange({ goOn: true })}>
          {t('goOnAnyway')}
        </Button>
      );
    case 'safe':
    case 'warned':
      return (
        <>
          {draft.goOn === false && recognised(draft, uploads) && (
            <Button variant="ghost" size="small" onClick={() => onChange({ goOn: true })}>
              {t('goOnInstead')}
            </Button>
          )}
          {!renaming && (
            <Button
              variant="ghost"
              size="small"
              icon={Pencil}
              aria-label={t('renameLabel', { name: draft.name })}
              onClick={onRename}
            >
              {t('rename')}
            </Button>
          )}
        </>
      );
    default:
      return null;
  }
}

function Facts({ draft, verdict, nameTaken }: { draft: DraftFile; verdict: Verdict; nameTaken: boolean }) {
  const t = useTranslations('uploads');
  const phrase = usePhrase();
  const format = useFormat();
  const progress = (upload: UploadView) =>
    format.part(upload.offset_bytes, upload.length_bytes ?? draft.file.size, 'compare');
  const line = (children: ReactNode) => (
    <div className="col-start-2 flex flex-wrap items-center gap-x-3.5 text-12 text-ink-2 [overflow-wrap:anywhere]">
      {children}
    </div>
  );
  switch (verdict.kind) {
    case 'reading':
      return line(
        <span className="flex h-4 items-center gap-3">
          <Skeleton width={70} height={8} />
          <Skeleton width={140} height={8} />
        </span>,
      );
    case 'unreadable':
      return line(<p>{t('unreadable')}</p>);
    case 'empty':
      return line(<p>{t('emptyFile')}</p>);
    case 'refused':
      return line(<p>{phrase(verdict.sentence)}</p>);
    case 'changed':
      return line(<p>{t('changedFile', progress(verdict.upload))}</p>);
    case 'goes-on':
      return line(
        <>
          <span>
            {t('resumeFacts', {
              ...progress(verdict.upload),
              stores: verdict.upload.stores.map(({ store }) => store).join(', '),
            })}
          </span>
          {verdict.upload.client && <span>{t('resumeFrom', { client: verdict.upload.client })}</span>}
        </>,
      );
    default:
      return line(
        <>
          <FileFacts draft={draft} />
          {verdict.kind === 'warned' &&
            verdict.warnings.map((warning) => <p key={warning.key}>{phrase(warning)}</p>)}
          {verdict.kind === 'warned' && verdict.hasOddSize && <p>{t('oddSize')}</p>}
          {nameTaken && (
            <p className="inline-flex items-center gap-1.5 text-warn">
              <Icon of={TriangleAlert} size="small" />
              {t('nameTaken')}
            </p>
          )}
        </>,
      );
  }
}
