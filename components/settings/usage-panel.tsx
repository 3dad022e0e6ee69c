'use client';

import { useTranslations } from 'next-intl';
import { Panel } from '#components/ui/panel.tsx';
import { useFormat } from '#components/ui/quantity.tsx';
import { Tag } from '#components/ui/tag.tsx';
import type { ProjectUsage, UsageFigure } from '#lib/contract/quotas.ts';

/** One line for each limit, first of all stores together. */
export function UsagePanel({ usage }: { usage: ProjectUsage }) {
  const t = useTranslations('settings');
  return (
    <Panel title={t('usage')} meta={t('usageMeans')} padded={false}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('column.limit')}</th>
            <th scope="col">{t('column.store')}</th>
            <th scope="col" className="num">
              {t('column.used')}
            </th>
            <th scope="col" className="num">
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
  const format = useFormat();
  const isBytes = figure.name === 'image_size_total' || figure.name === 'image_stage_total';
  const shown = (amount: number) => (isBytes ? format.bytes(amount) : format.count(amount));
  const isFull = figure.limit !== null && figure.used >= figure.limit;
  return (
    <tr>
      <td>
        {t(`limit.${figure.name}` as const)} <code className="text-12 text-ink-3">{figure.name}</code>
      </td>
      <td>{figure.store ?? t('allStores')}</td>
      <td className="num">
        {isFull && <Tag>{t('full')}</Tag>} {shown(figure.used)}
      </td>
      <td className="num">
        {figure.limit === null ? <span className="text-ink-3">{t('noLimit')}</span> : shown(figure.limit)}
      </td>
    </tr>
  );
}
