'use client';

import { CopyPlus, Ellipsis, MoveRight, ScanLine, Trash2, Wrench } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { CopyDialog } from './copy-dialog.tsx';
import { RepairDialog } from './repair-dialog.tsx';
import { RemoveCopyDialog } from './remove-copy-dialog.tsx';
import { IconButton } from '#components/ui/button.tsx';
import { Menu, MenuItem, MenuSeparator } from '#components/ui/menu.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { useProblemText } from '#components/shell/problem-note.tsx';
import { isOffered, reasonAgainst } from '#lib/client/allowed.ts';
import { useVerifyLocation } from '#lib/client/queries/images.ts';
import type { ImageView, LocationView } from '#lib/contract/images.ts';
import type { StoreView } from '#lib/contract/stores.ts';

/** What can be done to one copy. What cannot says why. */
export function LocationMenu({
  image,
  name,
  store,
  location,
}: {
  image: ImageView;
  name: string;
  store: StoreView;
  location: LocationView;
}) {
  const t = useTranslations('images');
  const verify = useVerifyLocation();
  const problemText = useProblemText();
  const [asking, setAsking] = useState<'copy' | 'move' | 'remove' | 'repair' | null>(null);
  const ask = (what: typeof asking) => (open: boolean) => setAsking(open ? what : null);
  const { actions } = location;
  const isEmpty =
    !isOffered(image.actions, 'copy') &&
    !['move', 'verify', 'repair', 'remove'].some((name) => isOffered(actions, name));
  if (isEmpty) return null;
  return (
    <>
      <Menu
        trigger={<IconButton icon={Ellipsis} size="small" label={t('copyActions', { store: store.id })} />}
      >
        {isOffered(image.actions, 'copy') && (
          <MenuItem
            icon={CopyPlus}
            disabledReason={reasonAgainst(image.actions, 'copy')}
            onSelect={() => setAsking('copy')}
          >
            {t('copyToStores')}
          </MenuItem>
        )}
        {isOffered(actions, 'move') && (
          <MenuItem
            icon={MoveRight}
            disabledReason={reasonAgainst(actions, 'move')}
            onSelect={() => setAsking('move')}
          >
            {t('moveToStore')}
          </MenuItem>
        )}
        {isOffered(actions, 'verify') && (
          <MenuItem
            icon={ScanLine}
            disabledReason={reasonAgainst(actions, 'verify')}
            onSelect={() =>
              verify.mutate(
                { imageId: image.id, store: store.id },
                {
                  onSuccess: () => showToast({ text: t('verifyStarted', { store: store.id }) }),
                  onError: (error) => showToast({ kind: 'failed', text: problemText(error, 'mutation') }),
                },
              )
            }
          >
            {t('verifyCopy')}
          </MenuItem>
        )}
        {isOffered(actions, 'repair') && (
          <MenuItem
            icon={Wrench}
            disabledReason={reasonAgainst(actions, 'repair')}
            onSelect={() => setAsking('repair')}
          >
            {t('repairCopy')}
          </MenuItem>
        )}
        {isOffered(actions, 'remove') && (
          <>
            <MenuSeparator />
            <MenuItem
              icon={Trash2}
              danger
              disabledReason={reasonAgainst(actions, 'remove')}
              onSelect={() => setAsking('remove')}
            >
              {t('removeCopy')}
            </MenuItem>
          </>
        )}
      </Menu>
      <CopyDialog images={[image]} open={asking === 'copy'} onOpenChange={ask('copy')} />
      <CopyDialog images={[image]} moveFrom={store.id} open={asking === 'move'} onOpenChange={ask('move')} />
      <RepairDialog
        image={image}
        name={name}
        location={location}
        open={asking === 'repair'}
        onOpenChange={ask('repair')}
      />
      <RemoveCopyDialog
        image={image}
        name={name}
        location={location}
        open={asking === 'remove'}
        onOpenChange={ask('remove')}
      />
    </>
  );
}
