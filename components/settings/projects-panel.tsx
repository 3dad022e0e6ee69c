'use client';

import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { UsageBar } from './usage-bar.tsx';
import { useAmount } from './usage-panel.tsx';
import { ProblemNote } from '#components/shell/problem-note.tsx';
import { Button } from '#components/ui/button.tsx';
import { Input } from '#components/ui/field.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { SkeletonRow } from '#components/ui/skeleton.tsx';
import { Tag } from '#components/ui/tag.tsx';
import { pages } from '#lib/client/paths.ts';
import { useProjects } from '#lib/client/queries/settings.ts';
import type { LimitName, ProjectUsage } from '#lib/contract/quotas.ts';

const searchFrom = 8;

/** Every project with what it uses; its name leads to its limits. */
export function ProjectsPanel() {
  const t = useTranslations('settings');
  const projects = useProjects();
  const [wanted, setWanted] = useState('');
  const all = (projects.data?.pages.flatMap((page) => page.projects) ?? []).toSorted((a, b) =>
    nameOf(a).localeCompare(nameOf(b)),
  );
  const text = wanted.trim().toLowerCase();
  const shown = all.filter(({ project }) =>
    `${project.name ?? ''} ${project.id}`.toLowerCase().includes(text),
  );
  return (
    <Panel
      title={t('projects')}
      meta={<span className="max-rail:hidden">{t('projectsMeta')}</span>}
      padded={false}
      actions={
        (all.length >= searchFrom || wanted !== '') && (
          <Input
            aria-label={t('findProject')}
            placeholder={t('findProject')}
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
            className="!h-[26px] !w-[150px] rail:!w-[200px]"
          />
        )
      }
    >
      {projects.error && (
        <ProblemNote error={projects.error} onRetry={() => void projects.refetch()} className="m-4" />
      )}
      {projects.isLoading ? (
        <div role="status" aria-label={t('loading')}>
          {Array.from({ length: 3 }, (_, index) => (
            <SkeletonRow key={index} index={index} />
          ))}
        </div>
      ) : all.length === 0 ? (
        <p className="p-4 text-ink-3">{t('projectsNone')}</p>
      ) : (
        <ProjectTable projects={shown} />
      )}
      <p role="status" className={shown.length === 0 && all.length > 0 ? 'p-4 text-ink-3' : 'sr-only'}>
        {shown.length === 0 && all.length > 0 ? t('noProjectFound', { text: wanted.trim() }) : ''}
      </p>
      {projects.hasNextPage && (
        <div className="border-t border-line p-3">
          <Button
            size="small"
            busy={projects.isFetchingNextPage}
            onClick={() => void projects.fetchNextPage()}
          >
            {t('moreProjects')}
          </Button>
        </div>
      )}
    </Panel>
  );
}

function ProjectTable({ projects }: { projects: ProjectUsage[] }) {
  const t = useTranslations('settings');
  if (projects.length === 0) return null;
  return (
    <table className="table projects">
      <thead>
        <tr>
          <th scope="col">{t('column.project')}</th>
          <th scope="col" className="num rail:w-[260px]">
            {t('column.stored')}
          </th>
          <th scope="col" className="num column-images w-[130px]">
            {t('column.images')}
          </th>
          <th scope="col" className="num column-uploading w-[130px]">
            {t('column.uploading')}
          </th>
          <th scope="col" className="column-limits w-[140px]">
            {t('column.limits')}
          </th>
        </tr>
      </thead>
      <tbody>
        {projects.map((usage) => (
          <tr key={usage.project.id}>
            <td>
              <Link
                href={pages.projectLimits(usage.project.id)}
                className="inline-flex min-h-6 items-center font-[550] [overflow-wrap:anywhere] hover:underline"
              >
                {nameOf(usage)}
              </Link>
            </td>
            <td className="num">
              <Figure usage={usage} name="image_size_total" withBar />
            </td>
            <td className="num column-images">
              <Figure usage={usage} name="image_count_total" />
            </td>
            <td className="num column-uploading">
              <Figure usage={usage} name="image_count_uploading" />
            </td>
            <td className="column-limits">
              {usage.figures.some(({ from }) => from === 'project') ? (
                <Tag>{t('ownLimits')}</Tag>
              ) : (
                <span className="text-ink-3">{t('inheritedLimits')}</span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Figure({
  usage,
  name,
  withBar = false,
}: {
  usage: ProjectUsage;
  name: LimitName;
  withBar?: boolean;
}) {
  const t = useTranslations('settings');
  const amount = useAmount();
  const figure = usage.figures.find((each) => each.store === null && each.name === name);
  const limit = figure?.limit ?? null;
  const used = amount(name, figure?.used ?? 0);
  const most = limit === null ? null : amount(name, limit);
  return (
    <span className="flex items-center justify-end gap-3">
      {withBar && most !== null && (
        <UsageBar
          used={figure?.used ?? 0}
          most={limit}
          label={t('usedOfMost', { name: `${nameOf(usage)}, ${t('column.stored')}`, used, most })}
          className="w-[72px] flex-none max-rail:hidden"
        />
      )}
      <span className="leading-[18px] whitespace-nowrap">
        {used} {most !== null && <span className="text-ink-3">{t('ofMost', { most })}</span>}
      </span>
    </span>
  );
}

function nameOf({ project }: ProjectUsage): string {
  return project.name ?? project.id;
}
