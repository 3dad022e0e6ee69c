'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { LimitFieldRow } from './limit-field.tsx';
import type { Inherited } from './limit-field.tsx';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { Button } from '#components/ui/button.tsx';
import { Select } from '#components/ui/field.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { isOffered } from '#lib/client/allowed.ts';
import { emptyFieldsOf, limitKey, toLimitFields, toProjectLimits } from '#lib/client/limits-form.ts';
import type { LimitField } from '#lib/client/limits-form.ts';
import { useSession } from '#lib/client/queries/session.ts';
import { useSetLimits, useSettings } from '#lib/client/queries/settings.ts';
import { useStores } from '#lib/client/queries/stores.ts';
import type { ProjectUsage } from '#lib/contract/quotas.ts';
import type { SettingsView } from '#lib/contract/settings.ts';

/** All limits of a project; one `PUT` replaces them. */
export function LimitsForm({ usage }: { usage: ProjectUsage }) {
  const t = useTranslations('settings');
  const session = useSession();
  const settings = useSettings(isOffered(session.data?.actions ?? {}, 'settings'));
  const save = useSetLimits(usage.project.id);
  const [fields, setFields] = useState(() => toLimitFields(usage));
  const limits = toProjectLimits(fields);
  const saved = toProjectLimits(toLimitFields(usage));
  const isChanged = JSON.stringify(limits) !== JSON.stringify(saved);
  const places = [...new Set(fields.map(({ store }) => store))];
  const change = (changed: LimitField, part: Partial<LimitField>) =>
    setFields((old) =>
      old.map((field) => (limitKey(field) === limitKey(changed) ? { ...field, ...part } : field)),
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (limits === null || !isChanged || save.isPending) return;
    save.mutate(limits, {
      onSuccess: (now) => {
        setFields(toLimitFields(now));
        showToast({
          id: `limits ${usage.project.id}`,
          text: t('limitsSaved', { project: usage.project.name ?? usage.project.id }),
        });
      },
    });
  };
  const isKeystone = session.data?.identity.mode === 'keystone';
  return (
    <form
      onSubmit={submit}
      className="grid max-w-[860px] grid-cols-[minmax(0,1fr)] gap-5 px-4 pb-8 rail:px-6"
    >
      {places.map((place) => (
        <Panel key={place ?? ''} title={place === null ? t('overall') : t('storeLimits', { store: place })}>
          <div className="grid gap-x-10 gap-y-3 rail:grid-cols-2">
            {fields
              .filter(({ store }) => store === place)
              .map((field) => (
                <LimitFieldRow
                  key={field.name}
                  field={field}
                  figure={figureOf(usage, field)}
                  inherited={inheritedOf(field, usage, settings.data, isKeystone)}
                  onChange={(part) => change(field, part)}
                />
              ))}
          </div>
        </Panel>
      ))}
      <AnotherStore
        taken={places}
        onChoose={(store) => setFields((old) => [...old, ...emptyFieldsOf(store)])}
      />
      {save.error && <ProblemNote kind="mutation" error={save.error} />}
      <div className="flex flex-wrap items-center gap-2">
        <Button
          type="submit"
          variant="primary"
          busy={save.isPending}
          disabledReason={limits === null ? t('limitsWrong') : isChanged ? undefined : t('limitsUnchanged')}
        >
          {save.isPending ? t('limitsSaving') : t('limitsSave')}
        </Button>
        {(isChanged || limits === null) && (
          <Button variant="ghost" onClick={() => setFields(toLimitFields(usage))}>
            {t('limitsUndo')}
          </Button>
        )}
        <span className="ml-auto">
          <ProgramsButton
            withText
            label={t('forPrograms')}
            deed={{ kind: 'set-limits', project: usage.project.id, limits: limits ?? {} }}
          />
        </span>
      </div>
    </form>
  );
}

function AnotherStore({
  taken,
  onChoose,
}: {
  taken: readonly (string | null)[];
  onChoose(store: string): void;
}) {
  const t = useTranslations('settings');
  const stores = useStores();
  const left = (stores.data ?? []).filter(({ id }) => !taken.includes(id));
  if (left.length === 0) return null;
  return (
    <div className="max-w-[260px]">
      <Select
        label={t('limitStore')}
        placeholder={t('limitStore')}
        value={null}
        onChange={onChoose}
        options={left.map(({ id }) => ({ value: id, label: id }))}
      />
    </div>
  );
}

function figureOf({ figures }: ProjectUsage, { store, name }: LimitField) {
  return figures.find((figure) => figure.store === store && figure.name === name);
}

/** What the project falls back to: known from its figure while nothing is set, else from stowage.yaml. */
function inheritedOf(
  field: LimitField,
  usage: ProjectUsage,
  settings: SettingsView | undefined,
  isKeystone: boolean,
): Inherited {
  const figure = figureOf(usage, field);
  if (figure && figure.from !== 'project') return { limit: figure.limit, from: figure.from };
  if (isKeystone && field.store === null) return { limit: undefined, from: 'keystone' };
  if (settings === undefined) return { limit: undefined, from: 'default' };
  const everywhere = settings.limits.defaults.find(
    ({ store, name }) => store === field.store && name === field.name,
  );
  return { limit: everywhere?.limit ?? null, from: 'default' };
}
