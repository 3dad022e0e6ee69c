'use client';

import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { ConfirmDialog } from '#components/shell/confirm-dialog.tsx';
import { Button } from '#components/ui/button.tsx';
import { showToast } from '#components/ui/toast.tsx';

/** What signs a program in, as the table shows it. */
export interface Key {
  id: string;
  name: string;
  below?: ReactNode;
  project: string;
  may: string;
  ends: ReactNode;
}

interface Removal {
  isPending: boolean;
  error: Error | null;
  reset(): void;
  mutate(id: string, options: { onSuccess(): void }): void;
}

/** Keys that programs sign in with, each of which can be ended after a question. */
export function KeyTable({
  keys,
  heads,
  removal,
  words,
}: {
  keys: readonly Key[];
  heads: { name: string; project: string; may: string; ends: string; actions: string };
  removal: Removal;
  words: {
    remove: string;
    removeNamed(name: string): string;
    title(name: string): string;
    body: string;
    confirm: string;
    busy: string;
    keep: string;
    removed(name: string): string;
  };
}) {
  const [leaving, setLeaving] = useState<Key | null>(null);
  return (
    <>
      <table className="table credentials">
        <thead>
          <tr>
            <th scope="col">{heads.name}</th>
            <th scope="col" className="column-project w-[180px]">
              {heads.project}
            </th>
            <th scope="col" className="column-roles w-[180px]">
              {heads.may}
            </th>
            <th scope="col" className="rail:w-[150px]">
              {heads.ends}
            </th>
            <th scope="col" className="rail:w-[110px]">
              <span className="sr-only">{heads.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id}>
              <td>
                <span className="block leading-[18px] font-[550] [overflow-wrap:anywhere]">{key.name}</span>
                {key.below !== undefined && (
                  <span className="block text-12 [overflow-wrap:anywhere] text-ink-3">{key.below}</span>
                )}
              </td>
              <td className="column-project">{key.project}</td>
              <td className="column-roles">{key.may}</td>
              <td>{key.ends}</td>
              <td>
                <span className="flex justify-end">
                  <Button
                    size="small"
                    variant="danger"
                    icon={Trash2}
                    aria-label={words.removeNamed(key.name)}
                    onClick={() => {
                      removal.reset();
                      setLeaving(key);
                    }}
                  >
                    {words.remove}
                  </Button>
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <ConfirmDialog
        open={leaving !== null}
        onOpenChange={(open) => !open && setLeaving(null)}
        title={words.title(leaving?.name ?? '')}
        confirmLabel={words.confirm}
        busyLabel={words.busy}
        cancelLabel={words.keep}
        destroys
        busy={removal.isPending}
        error={removal.error}
        onConfirm={() => {
          if (leaving === null) return;
          removal.mutate(leaving.id, {
            onSuccess: () => {
              setLeaving(null);
              showToast({ kind: 'removed', text: words.removed(leaving.name) });
            },
          });
        }}
      >
        {words.body}
      </ConfirmDialog>
    </>
  );
}
