'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { Segmented } from '#components/ui/field.tsx';
import { Panel } from '#components/ui/panel.tsx';
import { equivalentsOf, programs } from '#lib/client/equivalents.ts';
import type { Deed, Program } from '#lib/client/equivalents.ts';
import { useSession } from '#lib/client/queries/session.ts';

/** Where programs reach this service: what the server calls itself, else where this page came from. */
function useServiceUrl(): string {
  const session = useSession();
  const url = session.data?.public_url ?? (typeof location === 'undefined' ? '' : location.origin);
  return url.replace(/\/+$/, '');
}

function useChosenProgram(): [Program, (program: Program) => void] {
  const [program, setProgram] = useState<Program>('openstack');
  return [program, setProgram];
}

/** The commands of some deeds in one program's words. */
export function Programs({ title, deeds }: { title: ReactNode; deeds: Deed[] }) {
  const [program, setProgram] = useChosenProgram();
  return (
    <Panel title={title} padded={false} actions={<ProgramChoice program={program} onChange={setProgram} />}>
      <CommandText deeds={deeds} program={program} />
    </Panel>
  );
}

export function ProgramChoice({ program, onChange }: { program: Program; onChange(program: Program): void }) {
  const t = useTranslations('programs');
  return (
    <Segmented
      small
      label={t('language')}
      value={program}
      onChange={onChange}
      options={programs.map((value) => ({ value, label: value }))}
    />
  );
}

export function CommandText({ deeds, program }: { deeds: Deed[]; program: Program }) {
  const t = useTranslations('programs');
  const base = useServiceUrl();
  const text = deeds
    .map((deed) => {
      const equivalents = equivalentsOf(deed, base);
      return equivalents[program] ?? `# ${t('noCommand', { program })}\n${equivalents.curl}`;
    })
    .join('\n');
  return (
    <div className="relative rounded-b-panel bg-code-bg pr-20">
      <pre
        tabIndex={0}
        className="overflow-auto py-3 pl-4 font-mono text-12 leading-[19px] text-code-ink [font-feature-settings:'calt'_0]"
      >
        <code className="!text-12">
          {text.split('\n').map((line, index) => (
            <CommandLine key={`${index}${line}`} line={line} />
          ))}
        </code>
      </pre>
      <span className="absolute top-2 right-2">
        <CopyButton text={text} what={t('copyCommand')} />
      </span>
    </div>
  );
}

/** Comments dim, options and strings set apart: enough to find one's place. */
function CommandLine({ line }: { line: string }) {
  if (line.trimStart().startsWith('#')) return <span className="block text-code-dim">{line}</span>;
  const parts = line.split(/('[^']*'|"[^"]*"|(?<=\s)--?[a-zA-Z][\w-]*)/);
  return (
    <span className="block min-h-[19px]">
      {parts.map((part, index) => {
        const colour = /^['"]/.test(part)
          ? 'text-code-string'
          : /^--?[a-zA-Z]/.test(part)
            ? 'text-code-key'
            : undefined;
        return (
          <span key={index} className={colour}>
            {part}
          </span>
        );
      })}
    </span>
  );
}
