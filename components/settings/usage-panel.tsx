'use client';

import { useTranslations } from 'next-intl';
import { UsageBar } from './usage-bar.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { Tag } from '#components/ui/tag.tsx';
import { isSize } from '#lib/client/limits-form.ts';
import type { LimitName, ProjectUsage, UsageFigure } from '#lib/contract/quotas.ts';

/** Bytes for sizes, else a count. */
export function useAmount(): (name: LimitName, amount: number) => string {
  const format = useFormat();
  return (name, amount) => (isSize(name) ? format.bytes(amount) : format.count(amount));
}

/** One line for each limit, first of all stores together. */
export function UsagePanel({ usage }: { usage: ProjectUsage }) {
  const t = useTranslations('settings');
  return (
    <Panel
      title={t('usage')}
      meta={<span className="max-rail:hidden">{t('usageMeans')}</span>}
      padded={false}
    >
      <table className="table figures">
        <thead>
          <tr>
            <th scope="col">{t('column.limit')}</th>
            <th scope="col">{t('column.store')}</th>
            <th scope="col" className="num rail:w-[200px]">
              {t('column.used')}
            </th>
            <th scope="col" className="num rail:w-[140px]">
              {t('column.most')}
            </th>
          </tr>
        </thead>
        <tbody>
          {usage.figures.map((figure) => (
            <FigureRow key={`${figure.store ?? ''} ${figure.name}`} figure={figure} />
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function FigureRow({ figure }: { figure: UsageFigure }) {
  const t = useTranslations('settings');
  const amount = useAmount();
  const isFull = figure.limit !== null && figure.used >= figure.limit;
  const used = amount(figure.name, figure.used);
  const most = figure.limit === null ? t('noLimit') : amount(figure.name, figure.limit);
  const name = t(`limit.${figure.name}` as const);
  return (
    <tr>
      <td>
        <span className="block leading-[18px]">{name}</span>
        <code className="block text-12 text-ink-3 max-rail:hidden">{figure.name}</code>
      </td>
      <td>{figure.store ?? t('allStores')}</td>
      <td className="num">
        <span className="flex items-center justify-end gap-3">
          <UsageBar
            used={figure.used}
            most={figure.limit}
            label={t('usedOfMost', { name, used, most })}
            className="w-[88px] flex-none max-rail:hidden"
          />
          <span className="whitespace-nowrap">
            {isFull && <Tag>{t('full')}</Tag>} {used}
          </span>
        </span>
      </td>
      <td className="num">
        {figure.limit === null ? <span className="text-ink-3">{t('noLimit')}</span> : most}
      </td>
    </tr>
  );
}
