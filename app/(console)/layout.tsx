import type { ReactNode } from 'react';
import { ConsoleShell } from '#components/shell/console-shell.tsx';
import { Dock } from '#components/transfers/index.tsx';
import { Uploads } from '#components/uploads/index.tsx';

export default function ConsoleLayout({ children }: { children: ReactNode }) {
  return (
    <ConsoleShell
      overlays={
        <>
          <Uploads />
          <Dock />
        </>
      }
    >
      {children}
    </ConsoleShell>
  );
}
