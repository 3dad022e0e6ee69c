'use client';

import { SquareTerminal } from 'lucide-react';
import { useState } from 'react';
import { CommandText, ProgramChoice } from './programs.tsx';
import { Button, IconButton } from '#components/ui/button.tsx';
import { Popover } from '#components/ui/popover.tsx';
import type { Deed, Program } from '#lib/client/equivalents.ts';

/** Shows an action's command for programs, to be copied. `label` names the action. */
export function ProgramsButton({
  deed,
  label,
  withText = false,
}: {
  deed: Deed;
  label: string;
  withText?: boolean;
}) {
  const [program, setProgram] = useState<Program>('openstack');
  return (
    <Popover
      align="end"
      trigger={
        withText ? (
          <Button variant="ghost" size="small" icon={SquareTerminal}>
            {label}
          </Button>
        ) : (
          <IconButton icon={SquareTerminal} size="small" label={label} />
        )
      }
      title={
        <span className="flex flex-wrap items-center justify-between gap-3">
          {label}
          <ProgramChoice program={program} onChange={setProgram} />
        </span>
      }
    >
      <CommandText deeds={[deed]} program={program} />
    </Popover>
  );
}
