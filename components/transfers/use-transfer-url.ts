'use client';

import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import type { TransferFilters } from '#lib/client/queries/transfers.ts';

export const transferTabs = ['open', 'failed', 'ended', 'all'] as const;
export type TransferTab = (typeof transferTabs)[number];

export interface TransferUrlState {
  state: TransferTab;
  store: string | null;
  image: string | null;
}

const parsers = {
  state: parseAsStringLiteral(transferTabs).withDefault('open'),
  store: parseAsString,
  image: parseAsString,
};

/** Which transfers are shown, kept in the URL alone: a link shows the same list. */
export function useTransferUrl(): [TransferUrlState, (change: Partial<TransferUrlState>) => void] {
  const [state, setState] = useQueryStates(parsers, { history: 'replace' });
  return [state, (change) => void setState(change)];
}

export function filtersOf({ state, store, image }: TransferUrlState): TransferFilters {
  return {
    ...(state !== 'all' && { state }),
    ...(store !== null && { store }),
    ...(image !== null && { image }),
  };
}
