'use client';

import { useTranslations } from 'next-intl';

/** The columns of people and of projects, so that both tables stand in one line. */
export function PeopleHead({ name, roles }: { name: string; roles: string }) {
  const t = useTranslations('people');
  return (
    <thead>
      <tr>
        <th scope="col">{name}</th>
        <th scope="col" className="column-roles w-[46%]">
          {roles}
        </th>
        <th scope="col" className="rail:w-[130px]">
          {t('column.state')}
        </th>
        <th scope="col" className="w-[60px]">
          <span className="sr-only">{t('column.actions')}</span>
        </th>
      </tr>
    </thead>
  );
}
