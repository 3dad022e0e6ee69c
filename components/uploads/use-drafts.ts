'use client';

import { useCallback, useReducer, useRef } from 'react';
import type { DraftFile } from '#lib/client/uploads/draft.ts';
import { fingerprintOf } from '#lib/client/uploads/fingerprint.ts';
import { inspectFile } from '#lib/client/uploads/inspect-file.ts';

type Change =
  | { kind: 'add'; drafts: DraftFile[] }
  | { kind: 'change'; id: number; draft: Partial<DraftFile> }
  | { kind: 'remove'; id: number }
  | { kind: 'clear' };

function reduce(drafts: readonly DraftFile[], change: Change): readonly DraftFile[] {
  switch (change.kind) {
    case 'add':
      return [
        ...drafts,
        ...change.drafts.filter((draft) => !drafts.some((other) => isSameFile(other, draft))),
      ];
    case 'change':
      return drafts.map((draft) => (draft.id === change.id ? { ...draft, ...change.draft } : draft));
    case 'remove':
      return drafts.filter(({ id }) => id !== change.id);
    case 'clear':
      return [];
  }
}

function isSameFile(a: DraftFile, b: DraftFile): boolean {
  return (
    a.file.name === b.file.name && a.file.size === b.file.size && a.file.lastModified === b.file.lastModified
  );
}

export interface Drafts {
  files: readonly DraftFile[];
  add(files: readonly File[]): void;
  change(id: number, draft: Pick<Partial<DraftFile>, 'name' | 'goOn'>): void;
  remove(id: number): void;
  clear(): void;
}

/** The files in the sheet. Each is looked at as it comes, some MiB of it, in this browser only. */
export function useDrafts(): Drafts {
  const [files, dispatch] = useReducer(reduce, []);
  const counter = useRef(0);

  const add = useCallback((added: readonly File[]) => {
    const drafts = added.map((file): DraftFile => {
      counter.current += 1;
      return { id: counter.current, file, name: file.name, read: null, goOn: null };
    });
    dispatch({ kind: 'add', drafts });
    for (const draft of drafts) {
      void readDraft(draft.file).then((read) => dispatch({ kind: 'change', id: draft.id, draft: { read } }));
    }
  }, []);
  const change = useCallback<Drafts['change']>((id, draft) => dispatch({ kind: 'change', id, draft }), []);
  const remove = useCallback((id: number) => dispatch({ kind: 'remove', id }), []);
  const clear = useCallback(() => dispatch({ kind: 'clear' }), []);
  return { files, add, change, remove, clear };
}

async function readDraft(file: File): Promise<DraftFile['read']> {
  try {
    const [inspection, fingerprint] = await Promise.all([inspectFile(file), fingerprintOf(file)]);
    return { inspection, fingerprint };
  } catch (error) {
    // A card that reads for ever says nothing; what is not the file's fault is for the browser's log as well.
    if (!(error instanceof DOMException)) reportError(error);
    return false;
  }
}
