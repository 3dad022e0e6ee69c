/** What is to be done by whichever process has room for it. What has been done of it lies in rows of its own. */
export type JobName = 'transfers' | 'reconcile' | 'list-stores';

export interface Job {
  name: JobName;
  /** One that waits under the same key is not doubled. */
  key: string;
  /** Milliseconds since the epoch; at once if absent. */
  runAt?: number | null;
  /** Of one that waits already the time stays as it is; otherwise the new one counts. */
  keepTime?: boolean;
}

/** Hands out jobs to the processes that share a database, each at least once. */
export interface JobBoard {
  add(job: Job): Promise<void>;
  /**
   * Takes jobs from now on, at most `atOnce` at a time: one stays taken until its handler resolves. Of the scheduled ones
   * one process runs each.
   */
  start(options: JobBoardOptions): Promise<void>;
  /** Takes no more; resolves when the running ones have ended. */
  stop(): Promise<void>;
}

export interface JobBoardOptions {
  atOnce: number;
  handlers: Readonly<Record<JobName, () => Promise<void>>>;
  /** Minutes between two runs; a divisor of 60. */
  schedule: Readonly<Partial<Record<JobName, number>>>;
}
