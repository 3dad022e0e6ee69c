'use client';

import { Check, Users, X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Button } from '#components/ui/button.tsx';
import { Note } from '#components/ui/note.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { useProblemText } from '#components/shell/problem-note.tsx';
import { isOffered } from '#lib/client/allowed.ts';
import { useMemberChange } from '#lib/client/queries/members.ts';
import { useSession } from '#lib/client/queries/session.ts';
import type { ImageView } from '#lib/contract/images.ts';

/** Another project shares the image with this one, which has not answered yet. */
export function InvitationNote({ image }: { image: ImageView }) {
  const t = useTranslations('images');
  const session = useSession();
  const change = useMemberChange(image.id);
  const problemText = useProblemText();
  const project = session.data?.project;
  const invitation = image.members.find(({ member_id }) => member_id === project?.id);
  if (project === undefined || invitation?.status !== 'pending' || !isOffered(image.actions, 'decide'))
    return null;
  const answer = (status: 'accepted' | 'rejected') =>
    change.mutate(
      { kind: 'decide', project: project.id, status },
      { onError: (error) => showToast({ kind: 'failed', text: problemText(error, 'mutation') }) },
    );
  return (
    <div className="px-4 pb-3 rail:px-6">
      <Note
        kind="info"
        icon={Users}
        title={t('invited', { owner: image.owner_name ?? '–', project: project.name })}
        actions={
          <>
            <Button
              size="small"
              variant="primary"
              icon={Check}
              busy={change.isPending}
              onClick={() => answer('accepted')}
            >
              {t('memberAccept')}
            </Button>
            <Button size="small" icon={X} busy={change.isPending} onClick={() => answer('rejected')}>
              {t('memberReject')}
            </Button>
          </>
        }
      >
        {t('invitedBody')}
      </Note>
    </div>
  );
}
