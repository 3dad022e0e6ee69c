'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ImageMembers } from './image-members.tsx';
import { visibilityIcons } from './visibility.tsx';
import { ConfirmDialog } from '#components/shell/confirm-dialog.tsx';
import { Segmented } from '#components/ui/field.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { allowed } from '#lib/client/allowed.ts';
import { useUpdateImage } from '#lib/client/queries/images.ts';
import { useSession } from '#lib/client/queries/session.ts';
import type { Visibility } from '#lib/contract/common.ts';
import type { ImageView } from '#lib/contract/images.ts';

/** From the few who may use it to everyone. */
const offered = ['private', 'shared', 'community', 'public'] as const satisfies readonly Visibility[];

/** Who may use the image, and with whom it is shared. */
export function ImageSharing({ image }: { image: ImageView }) {
  const t = useTranslations('images');
  const session = useSession();
  const update = useUpdateImage(image.id);
  const [wanted, setWanted] = useState<Visibility | null>(null);
  const why = allowed(image.actions, 'edit');
  const close = () => {
    setWanted(null);
    update.reset();
  };
  return (
    <div className="max-w-[860px] px-4 pt-5 rail:px-6">
      <Panel
        padded={false}
        title={t('tabSharing')}
        meta={<span className="max-rail:hidden">{t(`visibilityMeans.${image.visibility}`)}</span>}
        actions={
          <Segmented<Visibility>
            small
            label={t('column.visibility')}
            value={image.visibility}
            onChange={setWanted}
            options={offered.map((value) => ({
              value,
              label: t(`visibility.${value}` as const),
              icon: visibilityIcons[value],
              disabledReason:
                why !== true
                  ? (why ?? t('onlyOwner', { owner: image.owner_name ?? '–' }))
                  : session.data?.visibilities.includes(value)
                    ? undefined
                    : t('visibilityNotYours'),
            }))}
          />
        }
      >
        <ImageMembers image={image} />
      </Panel>
      {wanted !== null && (
        <ConfirmDialog
          open
          onOpenChange={(open) => !open && close()}
          title={t(`visibilityTitle.${wanted}` as const, { name: image.name ?? image.id })}
          confirmLabel={t('visibilityButton')}
          busyLabel={t('saving')}
          busy={update.isPending}
          error={update.error}
          onConfirm={() =>
            update.mutate(
              { visibility: wanted },
              {
                onSuccess: () => {
                  close();
                  showToast({ id: `saved ${image.id}`, text: t('saved', { name: image.name ?? image.id }) });
                },
              },
            )
          }
        >
          <p>{t(`visibilityMeans.${wanted}` as const)}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
