'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Checkbox, Field, Input } from '#components/ui/field.tsx';
import { Note } from '#components/ui/note.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { changesOf, formerOf, rebase, toForm } from '#lib/client/image-form.ts';
import type { ImageForm } from '#lib/client/image-form.ts';
import { isApiError } from '#lib/client/api.ts';
import { useUpdateImage } from '#lib/client/queries/images.ts';
import type { ImageSettings, ImageView } from '#lib/contract/images.ts';

/** Name, tags, needs and protection. Only what was changed is sent. */
export function EditDialog(props: { image: ImageView; open: boolean; onOpenChange(open: boolean): void }) {
  // A fresh form for each opening: what was typed and cancelled is forgotten.
  return props.open ? <OpenEditDialog {...props} /> : null;
}

function OpenEditDialog({
  image,
  open,
  onOpenChange,
}: {
  image: ImageView;
  open: boolean;
  onOpenChange(open: boolean): void;
}) {
  const t = useTranslations('images');
  const common = useTranslations('common');
  const update = useUpdateImage(image.id);
  // The image as it was when the form opened: what others change meanwhile is not taken for what was typed here.
  const [was, setWas] = useState(image);
  const [form, setForm] = useState<ImageForm>(() => toForm(image));
  const changes = changesOf(was, form);
  const isOutdated = isApiError(update.error) && update.error.code === 'conflict';
  const set =
    <Key extends keyof ImageForm>(key: Key) =>
    (value: ImageForm[Key]) =>
      setForm((old) => ({ ...old, [key]: value }));
  /** Who has read that it changed and saves again means it. */
  const takeOver = () => {
    const next = rebase(was, form, image);
    setWas(image);
    setForm(next);
    return { base: image, update: changesOf(image, next).update };
  };
  const save = () => {
    if (Object.keys(changes.update).length === 0) return onOpenChange(false);
    const sent = isOutdated ? takeOver() : { base: was, update: changes.update };
    if (Object.keys(sent.update).length === 0) return onOpenChange(false);
    update.mutate(
      { ...sent.update, was: formerOf(sent.base, sent.update) },
      {
        onSuccess: () => {
          onOpenChange(false);
          showToast({ id: `saved ${image.id}`, text: t('saved', { name: form.name || image.id }) });
        },
      },
    );
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      onSubmit={save}
      title={t('editTitle')}
      note={
        isOutdated ? (
          <OutdatedNote image={image} fields={changes.update} />
        ) : (
          update.error && <ProblemNote kind="mutation" error={update.error} />
        )
      }
      footer={
        <>
          <span className="mr-auto">
            <ProgramsButton
              withText
              label={t('forPrograms')}
              deed={{
                kind: 'update-image',
                image: image.id,
                update: changes.update,
                removedTags: changes.removedTags,
              }}
            />
          </span>
          <Button onClick={() => onOpenChange(false)}>{common('cancel')}</Button>
          <Button
            type="submit"
            variant="primary"
            busy={update.isPending}
            disabledReason={changes.error ? t(`formError.${changes.error}`) : undefined}
          >
            {t('save')}
          </Button>
        </>
      }
    >
      <Field label={t('form.name')} error={changes.error === 'name' ? t('formError.name') : undefined}>
        <Input value={form.name} onChange={(event) => set('name')(event.target.value)} maxLength={255} />
      </Field>
      <Field
        label={t('form.tags')}
        hint={t('form.tagsHint')}
        error={changes.error === 'tags' ? t('formError.tags') : undefined}
      >
        <Input
          value={form.tags}
          onChange={(event) => set('tags')(event.target.value)}
          placeholder={t('tagsPlaceholder')}
        />
      </Field>
      <div className="grid grid-cols-2 gap-4">
        <Field
          label={t('form.minDisk')}
          error={changes.error === 'minDisk' ? t('formError.minDisk') : undefined}
        >
          <Input
            inputMode="numeric"
            value={form.minDisk}
            onChange={(event) => set('minDisk')(event.target.value)}
          />
        </Field>
        <Field
          label={t('form.minRam')}
          error={changes.error === 'minRam' ? t('formError.minRam') : undefined}
        >
          <Input
            inputMode="numeric"
            value={form.minRam}
            onChange={(event) => set('minRam')(event.target.value)}
          />
        </Field>
      </div>
      <Checkbox checked={form.protected} onChange={set('protected')} hint={t('form.protectedHint')}>
        {t('form.protected')}
      </Checkbox>
      <Checkbox checked={form.hidden} onChange={set('hidden')} hint={t('form.hiddenHint')}>
        {t('form.hidden')}
      </Checkbox>
    </Dialog>
  );
}

/** What the fields that were to be changed hold by now. */
function OutdatedNote({ image, fields }: { image: ImageView; fields: ImageSettings }) {
  const t = useTranslations('images');
  const format = useFormat();
  const onOff = (on: boolean) => t(on ? 'outdatedYes' : 'outdatedNo');
  const now: [keyof ImageSettings, string, string][] = [
    ['name', t('form.name'), image.name ?? t('outdatedNone')],
    ['tags', t('form.tags'), image.tags.join(', ') || t('outdatedNone')],
    ['min_disk_gib', t('form.minDisk'), String(image.min_disk_gib)],
    ['min_ram_mib', t('form.minRam'), String(image.min_ram_mib)],
    ['protected', t('form.protected'), onOff(image.protected)],
    ['hidden', t('form.hidden'), onOff(image.hidden)],
  ];
  const shown = now.filter(([field]) => field in fields);
  return (
    <Note kind="warn" role="alert" title={t('outdatedTitle')}>
      {t('outdatedForm', {
        now: format.list(shown.map(([, field, value]) => t('outdatedValue', { field, value }))),
      })}
    </Note>
  );
}
