'use client';

import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useBulk } from './use-bulk.ts';
import { useProblemText } from '#components/shell/problem-note.tsx';
import { showToast } from '#components/ui/toast.tsx';
import { allowed } from '#lib/client/allowed.ts';
import { pages } from '#lib/client/paths.ts';
import { useVerifyLocation } from '#lib/client/queries/images.ts';
import type { ImageSummary } from '#lib/contract/images.ts';

interface Copy {
  imageId: string;
  store: string;
}

/** Every copy of these images that can be read and compared now. */
export function verifiableCopies(images: readonly Pick<ImageSummary, 'id' | 'locations'>[]): Copy[] {
  return images.flatMap(({ id, locations }) =>
    locations
      .filter(({ actions }) => allowed(actions, 'verify') === true)
      .map(({ store }) => ({ imageId: id, store })),
  );
}

/** Has many copies read and compared, and says how many that are and what could not be. */
export function useVerifyCopies(): { busy: boolean; verify(copies: readonly Copy[]): Promise<void> } {
  const t = useTranslations('images');
  const problemText = useProblemText();
  const { mutateAsync } = useVerifyLocation();
  const bulk = useBulk((copy: Copy) => mutateAsync(copy));
  return {
    busy: bulk.busy,
    verify: async (copies) => {
      const { done, failed } = await bulk.start(copies);
      if (done.length > 0) {
        showToast({
          text: t('verifiesStarted', { count: done.length }),
          action: (
            <Link href={pages.transfers} className="font-medium text-accent-ink hover:underline">
              {t('showTransfers')}
            </Link>
          ),
        });
      }
      const [first] = failed;
      if (first !== undefined) {
        const reason = problemText(first.error, 'mutation');
        showToast({
          kind: 'failed',
          text: t('verifiesFailed', { count: failed.length, total: copies.length, reason }),
        });
      }
    },
  };
}
