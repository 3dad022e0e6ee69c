'use client';

import { useQuery } from '@tanstack/react-query';
import { CircleCheck, TriangleAlert } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { StateLabel } from '#components/ui/tag.tsx';
import { addresses } from '#lib/client/paths.ts';

/** Whether signing in can succeed at all now. */
export function ServiceState() {
  const t = useTranslations('signIn');
  const ready = useQuery({
    queryKey: ['ready'],
    queryFn: ({ signal }) => fetch(addresses.ready, { signal }).then((response) => response.ok),
    retry: false,
  });
  if (ready.isPending) return null;
  return ready.data ? (
    <StateLabel kind="ok" icon={CircleCheck} className="font-normal">
      {t('serviceUp')}
    </StateLabel>
  ) : (
    <StateLabel kind="warn" icon={TriangleAlert} className="font-normal">
      {t('serviceDown')}
    </StateLabel>
  );
}
