'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ProgramsButton } from '#components/programs/programs-button.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Checkbox, Field, Input } from '#components/ui/field.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { changesOf, toForm } from '#lib/client/image-form.ts';
import type { ImageForm } from '#lib/client/image-form.ts';
import { useUpdateImage } from '#lib/client/queries/images.ts';
import type { ImageView } from '#lib/contract/images.ts';

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
  const [form, setForm] = useState<ImageForm>(() => toForm(image));
  const changes = changesOf(image, form);
  const set =
    <Key extends keyof ImageForm>(key: Key) =>
    (value: ImageForm[Key]) =>
      setForm((old) => ({ ...old, [key]: value }));
  const save = () => {
    if (Object.keys(changes.update).length === 0) return onOpenChange(false);
    update.mutate(changes.update, {
      onSuccess: () => {
        onOpenChange(false);
        showToast({ id: `saved ${image.id}`, text: t('saved', { name: form.name || image.id }) });
      },
    });
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      onSubmit={save}
      title={t('editTitle')}
      note={update.error ? <ProblemNote kind="mutation" error={update.error} /> : undefined}
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
