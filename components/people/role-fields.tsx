'use client';

import { useTranslations } from 'next-intl';
import { SelectField } from '#components/ui/field.tsx';
import type { Project } from '#lib/client/queries/people.ts';

/** From the least to the most; `service` is for programs. */
export const roleNames = ['reader', 'member', 'admin', 'service'] as const;
export type RoleName = (typeof roleNames)[number];

/** Where, and as what. */
export function RoleFields({
  projects,
  projectId,
  onProject,
  role,
  onRole,
}: {
  projects: Project[];
  projectId: string | null;
  onProject(projectId: string): void;
  role: RoleName;
  onRole(role: RoleName): void;
}) {
  const t = useTranslations('people');
  return (
    <div className="grid grid-cols-2 gap-x-3 gap-y-1.5">
      <SelectField
        label={t('project')}
        value={projectId}
        onChange={onProject}
        options={projects.map(({ id, name, enabled }) => ({
          value: id,
          label: name,
          disabledReason: enabled ? undefined : t('disabled'),
        }))}
      />
      <SelectField
        label={t('role')}
        value={role}
        onChange={onRole}
        options={roleNames.map((value) => ({ value, label: t('roleName', { role: value }) }))}
      />
      <p className="col-span-2 text-12 text-ink-3">{t('roleMeans', { role })}</p>
    </div>
  );
}
