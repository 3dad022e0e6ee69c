'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Field, Input } from '#components/ui/field.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { Tag } from '#components/ui/tag.tsx';
import type { PolicyRuleView } from '#lib/contract/settings.ts';

/** Every rule with what it allows, whom, and whether stowage.yaml changed it. */
export function PolicyPanel({ rules }: { rules: PolicyRuleView[] }) {
  const t = useTranslations('settings');
  const [wanted, setWanted] = useState('');
  const shown = rules.filter(({ name, allows }) =>
    `${name} ${allows ?? ''}`.toLowerCase().includes(wanted.trim().toLowerCase()),
  );
  const changed = rules.filter(isChanged).length;
  return (
    <Panel title={t('rules')} meta={t('policyChanged', { count: changed })} padded={false}>
      <div className="border-b border-line p-4">
        <Field label={t('findRule')} hint={t('policyWhere')}>
          <Input value={wanted} onChange={(event) => setWanted(event.target.value)} />
        </Field>
      </div>
      <table className="table policy">
        <thead>
          <tr>
            <th scope="col">{t('column.rule')}</th>
            <th scope="col">{t('column.expression')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((rule) => (
            <tr key={rule.name}>
              <td>
                <code>{rule.name}</code> {isChanged(rule) && <Tag>{t('changed')}</Tag>}
                {rule.allows && (
                  <span className="block text-12 text-ink-3">{t('may', { rule: rule.allows })}</span>
                )}
              </td>
              <td>
                <code className="[overflow-wrap:anywhere]">{rule.expression || t('everybody')}</code>
                {rule.default_expression !== null && (
                  <span className="block text-12 text-ink-3">
                    {t('default')} <code>{rule.default_expression || t('everybody')}</code>
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p role="status" className="p-4 text-12 text-ink-3">
        {t('rulesShown', { count: shown.length, of: rules.length })}
      </p>
    </Panel>
  );
}

function isChanged({ origin, default_expression }: PolicyRuleView): boolean {
  return origin === 'operator' || default_expression !== null;
}
