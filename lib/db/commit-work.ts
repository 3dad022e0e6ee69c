import { openCharges, type Charges } from './charges.ts';

/** What a transaction puts off: to its end, or until after it. */
export interface CommitWork {
  beforeCommit(key: string, work: () => Promise<void>): void;
  afterCommit(work: () => void): void;
  readonly charges: Charges;
  /** The work of `beforeCommit`, by key; to be called as the last thing before the commit. */
  finish(): Promise<void>;
  /** The work of `afterCommit`. Never throws. */
  tell(onFailure?: (error: unknown) => void): void;
}

export function openCommitWork(): CommitWork {
  const closing: { key: string; work: () => Promise<void> }[] = [];
  const followUps: (() => void)[] = [];
  return {
    beforeCommit: (key, work) => void closing.push({ key, work }),
    charges: openCharges(),
    afterCommit: (work) => void followUps.push(work),
    async finish() {
      closing.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
      for (const { work } of closing) await work();
    },
    tell(onFailure) {
      for (const followUp of followUps) {
        try {
          followUp();
        } catch (error) {
          onFailure?.(error);
        }
      }
    },
  };
}
