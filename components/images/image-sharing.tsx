'use client';

import { CircleCheck, Clock, OctagonX } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { visibilityIcons } from './visibility.tsx';
import { ConfirmDialog } from '#components/shell/confirm-dialog.tsx';
import { Segmented } from '#components/ui/field.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { StateLabel } from '#components/ui/tag.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { allowed } from '#lib/client/allowed.ts';
import { useUpdateImage } from '#lib/client/queries/images.ts';
import { useSession } from '#lib/client/queries/session.ts';
import type { Visibility } from '#lib/contract/common.ts';
import type { ImageView } from '#lib/contract/images.ts';

/** From the few who may use it to everyone. */
const offered = ['private', 'shared', 'community', 'public'] as const satisfies readonly Visibility[];

const memberLooks = {
  accepted: { kind: 'ok', icon: CircleCheck },
  pending: { kind: 'off', icon: Clock },
  rejected: { kind: 'danger', icon: OctagonX },
} as const;

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
        {image.members.length === 0 ? (
          <p className="p-4 text-ink-3">{t('sharedWithNobody')}</p>
        ) : (
          <table className="table">
            <thead className="sr-only">
              <tr>
                <th scope="col">{t('memberProject')}</th>
                <th scope="col">{t('column.state')}</th>
              </tr>
            </thead>
            <tbody>
              {image.members.map(({ member_id: member, status }) => {
                const known = status === 'accepted' || status === 'rejected' ? status : 'pending';
                const look = memberLooks[known];
                return (
                  <tr key={member}>
                    <td className="font-[550] [overflow-wrap:anywhere]">{member}</td>
                    <td>
                      <StateLabel kind={look.kind} icon={look.icon} className="font-normal">
                        {t(`member.${known}`)}
                      </StateLabel>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        )}
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
