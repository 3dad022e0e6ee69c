'use client';

import {
  CircleCheck,
  Clock,
  CopyPlus,
  Download,
  Ellipsis,
  Lock,
  OctagonX,
  Pencil,
  TriangleAlert,
  Trash2,
} from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { CopyDialog } from './copy-dialog.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { EditDialog } from './edit-dialog.tsx';
import { VisibilityLabel } from './visibility.tsx';
import { Button, IconButton, buttonClass } from '#components/ui/button.tsx';
import { classNames } from '#components/ui/class-names.ts';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { Menu, MenuItem, MenuLink, MenuSeparator } from '#components/ui/menu.tsx';
import { StateLabel, Tag } from '#components/ui/tag.tsx';
import { PageHead } from '#components/shell/page-head.tsx';
import { useMediaQuery } from '#components/shell/use-media-query.ts';
import { isOffered, reasonAgainst } from '#lib/client/allowed.ts';
import { addresses, pages } from '#lib/client/paths.ts';
import type { ImageView } from '#lib/contract/images.ts';
import { useRouter } from 'next/navigation';

export function ImageHead({ image, name }: { image: ImageView; name: string }) {
  const t = useTranslations('images');
  const router = useRouter();
  const [asking, setAsking] = useState<'copy' | 'edit' | 'delete' | null>(null);
  const ask = (what: typeof asking) => (open: boolean) => setAsking(open ? what : null);
  const { actions } = image;
  const canDownload = image.status === 'active' && reasonAgainst(actions, 'download') === undefined;
  // On a phone there is room for one of the two.
  const mayCopy = isOffered(actions, 'copy');
  const isPhone = useMediaQuery('(max-width: 900px)');
  const hasMore =
    isOffered(actions, 'edit') || isOffered(actions, 'delete') || (isPhone && mayCopy && canDownload);
  const noDownload = reasonAgainst(actions, 'download') ?? t('notActiveYet');
  return (
    <>
      <PageHead
        back={{ href: pages.images, label: t('title') }}
        title={
          <span className="flex items-center gap-2">
            {name}
            {image.protected && (
              <span className="text-ink-3">
                <Icon of={Lock} size="small" />
                <span className="sr-only">{t('protected')}</span>
              </span>
            )}
          </span>
        }
        below={<HeadFacts image={image} />}
        actions={
          <>
            {canDownload ? (
              <a
                href={addresses.download(image.id)}
                download={fileNameOf(image, name)}
                className={classNames(buttonClass(), mayCopy && 'max-rail:hidden')}
              >
                <Icon of={Download} />
                {t('download')}
              </a>
            ) : (
              <Button
                icon={Download}
                disabledReason={noDownload}
                className={mayCopy ? 'max-rail:hidden' : ''}
              >
                {t('download')}
              </Button>
            )}
            {mayCopy && (
              <Button
                variant="primary"
                icon={CopyPlus}
                disabledReason={reasonAgainst(actions, 'copy')}
                onClick={() => setAsking('copy')}
              >
                {t('copyTo')}
              </Button>
            )}
            {hasMore && (
              <Menu
                trigger={
                  <IconButton icon={Ellipsis} variant="secondary" label={t('moreActions', { name })} />
                }
              >
                {isPhone && mayCopy && canDownload && (
                  <MenuLink
                    icon={Download}
                    link={<a href={addresses.download(image.id)} download={fileNameOf(image, name)} />}
                  >
                    {t('download')}
                  </MenuLink>
                )}
                {isOffered(actions, 'edit') && (
                  <MenuItem
                    icon={Pencil}
                    disabledReason={reasonAgainst(actions, 'edit')}
                    onSelect={() => setAsking('edit')}
                  >
                    {t('edit')}
                  </MenuItem>
                )}
                {isOffered(actions, 'delete') && (
                  <>
                    <MenuSeparator />
                    <MenuItem
                      icon={Trash2}
                      danger
                      disabledReason={reasonAgainst(actions, 'delete')}
                      onSelect={() => setAsking('delete')}
                    >
                      {t('deleteImage')}
                    </MenuItem>
                  </>
                )}
              </Menu>
            )}
          </>
        }
      />
      <CopyDialog images={[image]} open={asking === 'copy'} onOpenChange={ask('copy')} />
      <EditDialog image={image} open={asking === 'edit'} onOpenChange={ask('edit')} />
      <DeleteDialog
        images={[image]}
        open={asking === 'delete'}
        onOpenChange={ask('delete')}
        onDone={() => router.replace(pages.images)}
      />
    </>
  );
}

function HeadFacts({ image }: { image: ImageView }) {
  const t = useTranslations('images');
  const bad = image.locations.filter(({ state }) => state === 'corrupt' || state === 'missing').length;
  const isMoving = ['queued', 'saving', 'uploading', 'importing'].includes(image.status);
  return (
    <div className="mt-0.5 flex flex-wrap items-center gap-x-3.5 gap-y-0.5 text-ink-2">
      {image.status === 'active' ? (
        <StateLabel kind="ok" icon={CircleCheck}>
          {t('status.active')}
        </StateLabel>
      ) : (
        <StateLabel
          kind={image.status === 'killed' ? 'danger' : isMoving ? 'moving' : 'warn'}
          icon={image.status === 'killed' ? OctagonX : isMoving ? Clock : TriangleAlert}
        >
          {t(`status.${image.status}`)}
        </StateLabel>
      )}
      {bad > 0 && (
        <StateLabel kind="danger" icon={OctagonX}>
          {t('corruptCopies', { count: bad })}
        </StateLabel>
      )}
      {image.disk_format && <span>{image.disk_format}</span>}
      <VisibilityLabel visibility={image.visibility} />
      {image.tags.map((tag) => (
        <Tag key={tag}>{tag}</Tag>
      ))}
      <span className="-my-1 flex min-w-0 items-center gap-1">
        <code className="[overflow-wrap:anywhere] text-ink-3">{image.id}</code>
        <CopyButton iconOnly text={image.id} what={t('copyId')} />
      </span>
    </div>
  );
}

/** What the file is called on the reader's disk. */
export function fileNameOf(image: { disk_format: string | null }, name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-');
  const ending = image.disk_format ?? 'img';
  return plain.toLowerCase().endsWith(`.${ending}`) ? plain : `${plain}.${ending}`;
}
