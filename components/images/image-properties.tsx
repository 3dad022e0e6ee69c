'use client';

import { Plus, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { Button, IconButton } from '#components/ui/button.tsx';
import { Input } from '#components/ui/field.tsx';
import { Note } from '#components/ui/note.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { isOffered, reasonAgainst } from '#lib/client/allowed.ts';
import { isApiError } from '#lib/client/api.ts';
import { useUpdateImage } from '#lib/client/queries/images.ts';
import type { ImageView } from '#lib/contract/images.ts';

interface Row {
  id: number;
  key: string;
  value: string;
}

/** The image's own properties: a table to read, and the same as fields to edit. */
export function ImageProperties({ image }: { image: ImageView }) {
  const t = useTranslations('images');
  const [editing, setEditing] = useState(false);
  const entries = Object.entries(image.properties).toSorted(([a], [b]) => a.localeCompare(b));
  return (
    <div className="max-w-[860px] px-4 pt-5 rail:px-6">
      {editing ? (
        <PropertyEditor image={image} entries={entries} onClose={() => setEditing(false)} />
      ) : (
        <Panel
          title={t('tabProperties')}
          actions={
            isOffered(image.actions, 'edit') && (
              <Button
                size="small"
                disabledReason={reasonAgainst(image.actions, 'edit')}
                onClick={() => setEditing(true)}
              >
                {t('editProperties')}
              </Button>
            )
          }
        >
          {entries.length === 0 ? (
            <p className="text-ink-3">{t('noProperties')}</p>
          ) : (
            <dl className="kv font-mono text-12 rail:!grid-cols-[260px_minmax(0,1fr)]">
              {entries.map(([key, value]) => (
                <div key={key} className="contents">
                  <dt className="[overflow-wrap:anywhere]">{key}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          )}
        </Panel>
      )}
    </div>
  );
}

function PropertyEditor({
  image,
  entries,
  onClose,
}: {
  image: ImageView;
  entries: [string, string][];
  onClose(): void;
}) {
  const t = useTranslations('images');
  const common = useTranslations('common');
  const update = useUpdateImage(image.id);
  const [was, setWas] = useState(image.properties);
  const [rows, setRows] = useState<Row[]>(() => entries.map(([key, value], id) => ({ id, key, value })));
  const named = rows.filter((row) => row.key.trim() !== '' || row.value !== '');
  const keys = named.map((row) => row.key.trim());
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  const reason = keys.includes('')
    ? t('propertyNameMissing')
    : twice !== undefined
      ? t('propertyTwice', { key: twice })
      : undefined;
  const properties = Object.fromEntries(named.map((row) => [row.key.trim(), row.value]));
  const change = (id: number, part: Partial<Row>) =>
    setRows((old) => old.map((row) => (row.id === id ? { ...row, ...part } : row)));
  const removed = Object.keys(was).filter((key) => !(key in properties));
  const changed = Object.fromEntries(Object.entries(properties).filter(([key, value]) => was[key] !== value));
  const isOutdated = isApiError(update.error) && update.error.code === 'conflict';
  /** What was typed, on top of what somebody else made of it meanwhile. */
  const takeOver = () => {
    const kept = Object.entries(image.properties).filter(([key]) => !removed.includes(key));
    const next = { ...Object.fromEntries(kept), ...changed };
    setWas(image.properties);
    setRows(Object.entries(next).map(([key, value], id) => ({ id, key, value })));
    return { properties: next, was: { properties: image.properties } };
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (reason) return;
        update.mutate(isOutdated ? takeOver() : { properties, was: { properties: was } }, {
          onSuccess: () => {
            onClose();
            showToast({ id: `saved ${image.id}`, text: t('saved', { name: image.name ?? image.id }) });
          },
        });
      }}
    >
      <Panel
        title={t('tabProperties')}
        actions={
          <>
            <ProgramsButton
              label={t('forPrograms')}
              deed={{
                kind: 'update-image',
                image: image.id,
                update: { properties: changed },
                removedProperties: removed,
              }}
            />
            <Button size="small" onClick={onClose}>
              {common('cancel')}
            </Button>
            <Button
              type="submit"
              size="small"
              variant="primary"
              busy={update.isPending}
              disabledReason={reason}
            >
              {t('save')}
            </Button>
          </>
        }
      >
        <div className="grid gap-2">
          {isOutdated ? (
            <Note kind="warn" role="alert" title={t('outdatedTitle')}>
              {t('outdatedProperties')}
            </Note>
          ) : (
            update.error && <ProblemNote kind="mutation" error={update.error} />
          )}
          {rows.map((row) => (
            <div
              key={row.id}
              className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_32px] gap-2 rail:grid-cols-[260px_minmax(0,1fr)_32px]"
            >
              <Input
                aria-label={t('propertyName')}
                value={row.key}
                onChange={(event) => change(row.id, { key: event.target.value })}
                maxLength={255}
                className="font-mono text-12"
              />
              <Input
                aria-label={t('propertyValue', { key: row.key })}
                value={row.value}
                onChange={(event) => change(row.id, { value: event.target.value })}
                className="font-mono text-12"
              />
              <IconButton
                icon={X}
                label={t('removeProperty', { key: row.key || '–' })}
                onClick={() => setRows((old) => old.filter(({ id }) => id !== row.id))}
              />
            </div>
          ))}
          <div>
            <Button
              size="small"
              variant="ghost"
              icon={Plus}
              onClick={() =>
                setRows((old) => [
                  ...old,
                  { id: Math.max(-1, ...old.map(({ id }) => id)) + 1, key: '', value: '' },
                ])
              }
            >
              {t('addProperty')}
            </Button>
          </div>
        </div>
      </Panel>
    </form>
  );
}
