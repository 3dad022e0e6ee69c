'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { fileNameOf } from './image-head.tsx';
import { CommandText, ProgramChoice } from '#components/programs/programs.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { isOffered } from '#lib/client/allowed.ts';
import type { Deed, Program } from '#lib/client/equivalents.ts';
import { useSession } from '#lib/client/queries/session.ts';
import type { ImageView } from '#lib/contract/images.ts';
import type { StoreView } from '#lib/contract/stores.ts';

/** What this page does for who looks at it, as commands. */
export function ImagePrograms({
  image,
  name,
  stores,
}: {
  image: ImageView;
  name: string;
  stores: StoreView[];
}) {
  const t = useTranslations('images');
  const session = useSession();
  const [program, setProgram] = useState<Program>('openstack');
  const here = image.locations.map(({ store }) => store);
  const elsewhere = stores.find(({ id, state }) => !here.includes(id) && state === 'in-service')?.id;
  /** The first copy that this can be done to, by this person. */
  const copyTo = (action: string) => image.locations.find(({ actions }) => isOffered(actions, action))?.store;
  const [verified, removed] = [copyTo('verify'), copyTo('remove')];
  const deeds: { title: string; deed: Deed }[] = [
    {
      title: t('program.signIn'),
      deed: {
        kind: 'sign-in',
        user: session.data?.user.name ?? '',
        project: session.data?.project.name ?? '',
        identity: session.data?.identity,
      },
    },
    { title: t('program.show'), deed: { kind: 'show-image', image: image.id } },
    {
      title: t('program.download'),
      deed: { kind: 'download-image', image: image.id, file: fileNameOf(image, name) },
    },
    ...(elsewhere === undefined || !isOffered(image.actions, 'copy')
      ? []
      : [
          {
            title: t('program.copy'),
            deed: { kind: 'copy-image', image: image.id, stores: [elsewhere] } as Deed,
          },
        ]),
    ...(verified === undefined
      ? []
      : [
          {
            title: t('program.verify'),
            deed: { kind: 'verify-copy', image: image.id, store: verified } as Deed,
          },
        ]),
    ...(removed === undefined
      ? []
      : [
          {
            title: t('program.remove'),
            deed: { kind: 'remove-copy', image: image.id, store: removed } as Deed,
          },
        ]),
    ...(isOffered(image.actions, 'edit')
      ? [
          {
            title: t('program.update'),
            deed: {
              kind: 'update-image',
              image: image.id,
              update: { name, protected: true, tags: ['golden'] },
            } as Deed,
          },
        ]
      : []),
    ...(isOffered(image.actions, 'delete')
      ? [{ title: t('program.delete'), deed: { kind: 'delete-image', image: image.id } as Deed }]
      : []),
  ];
  return (
    <div className="grid max-w-[860px] grid-cols-[minmax(0,1fr)] gap-4 px-4 pt-5 rail:px-6">
      <div>
        <ProgramChoice program={program} onChange={setProgram} />
      </div>
      {deeds.map(({ title, deed }) => (
        <Panel key={title} title={title} padded={false}>
          <CommandText deeds={[deed]} program={program} />
        </Panel>
      ))}
    </div>
  );
}
