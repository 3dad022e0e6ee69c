/**
 * Brings the stores and the database together again after whatever happened. It removes only what a row of ours names
 * as to be removed; what it finds in a store and knows nothing of, it reports and leaves alone.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { deleteEventsBefore } from '#lib/db/repositories/events.ts';
import { nextRemovalAt } from '#lib/db/repositories/locations.ts';
import { deleteExpiredTasks } from '#lib/db/repositories/tasks.ts';
import type { Reconciler, Report, RunOptions, StrayReport } from '#lib/runtime/parts.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { recountAll } from '#lib/services/quotas/recount.ts';
import { sweepUploads } from '#lib/services/uploads/expire.ts';
import { SettledClock } from '#lib/services/uploads/settled-clock.ts';
import { withLease } from './named-lease.ts';
import { compareStore, type Suspicions } from './compare-store.ts';
import { removeObjects } from './remove-objects.ts';
import { sweepLocations, sweepTransfers } from './sweep.ts';

const everyMilliseconds = 60_000;
const listEveryMilliseconds = 15 * 60_000;
/** A listing at the very start would compete with those who come back after a restart. */
const firstListMilliseconds = 60_000;
const recountEveryMilliseconds = 24 * 3600 * 1000;
const kickDelayMilliseconds = 50;
const waitForOtherMilliseconds = 1_000;
/** Events are for replay and for the page of an image. */
const keepEventsMilliseconds = 90 * 24 * 3600 * 1000;

/** @param elapsed milliseconds of a clock that nobody sets */
export function openReconciler(runtime: Runtime, elapsed?: () => number): Reconciler {
  const expiryClock = new SettledClock(elapsed);
  const strays = new Map<string, StrayReport>();
  const suspicions: Suspicions = new Map();
  const stopping = new AbortController();
  let recountedAt = 0;
  let turn: Promise<unknown> = Promise.resolve();
  let timers: NodeJS.Timeout[] = [];
  let kicked: NodeJS.Timeout | null = null;
  let isSoon = false;
  let isStarted = false;

  /** One round at a time, whoever asks. */
  function runOnce(options: RunOptions = {}): Promise<Report> {
    const round = turn.then(() => run(options));
    turn = round.catch(() => undefined);
    return round;
  }

  /** Where several processes share the database, one of them is at it at a time. */
  async function run(options: RunOptions): Promise<Report> {
    for (;;) {
      const report = await tryRun(options);
      if (report !== null) return report;
      await delay(waitForOtherMilliseconds, undefined, { signal: stopping.signal });
    }
  }

  function tryRun(options: RunOptions): Promise<Report | null> {
    return withLease(runtime, 'reconciler', (lost) =>
      runRound(options, AbortSignal.any([stopping.signal, lost])),
    );
  }

  async function runRound({ list = false }: RunOptions, signal: AbortSignal): Promise<Report> {
    const report: Report = {
      removed: 0,
      postponed: 0,
      abandoned: 0,
      requeued: 0,
      canceled: 0,
      uploads: { expired: 0, abandoned: 0, finished: 0 },
      strays: {},
      missing: 0,
      recounted: 0,
    };
    const steps: (() => Promise<void>)[] = [
      async () => void Object.assign(report, await sweepTransfers(runtime)),
      async () => void (report.uploads = await sweepUploads(runtime, expiryClock)),
      async () => void (report.abandoned = await sweepLocations(runtime)),
      async () => void Object.assign(report, await removeObjects(runtime, signal)),
    ];
    if (list) {
      if (runtime.now() - recountedAt >= recountEveryMilliseconds) {
        recountedAt = runtime.now();
        steps.push(async () => void (report.recounted = await recountAll(runtime, signal)));
      }
      steps.push(() =>
        runtime.db.transaction(async (q) => {
          await deleteEventsBefore(q, runtime.now() - keepEventsMilliseconds);
          await deleteExpiredTasks(q, runtime.now());
        }),
      );
      for (const { id, store, state } of runtime.stores.list()) {
        if (state === 'unavailable' || !store.capabilities.has('list')) continue;
        steps.push(async () => {
          const compared = await compareStore(runtime, store, suspicions, signal);
          strays.set(id, compared.strays);
          report.strays[id] = compared.strays.count;
          report.missing += compared.missing;
        });
      }
    }
    for (const step of steps) {
      if (signal.aborted) break;
      // One part that cannot do its work now is no reason for the others to leave theirs.
      await step().catch((error: unknown) => {
        if (!signal.aborted) runtime.log.warn({ err: error }, 'a part of the reconciliation failed');
      });
    }
    if (isWorthTelling(report)) runtime.log.info({ report }, 'reconciled');
    return report;
  }

  function inBackground(options?: RunOptions): void {
    void runOnce(options)
      .then(lookAgainWhenDue)
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) runtime.log.warn({ err: error }, 'the reconciliation failed');
      });
  }

  /** What was postponed does not wait for the next round. */
  async function lookAgainWhenDue(): Promise<void> {
    if (stopping.signal.aborted) return;
    const at = await nextRemovalAt(runtime.db.read);
    if (at === null || kicked !== null) return;
    const delay = Math.min(everyMilliseconds, Math.max(kickDelayMilliseconds, at - runtime.now()));
    kickIn(delay);
  }

  async function runJob(options: RunOptions = {}): Promise<void> {
    const round = turn.then(() => tryRun(options));
    turn = round.catch(() => undefined);
    if ((await round) === null && !stopping.signal.aborted) kickIn(waitForOtherMilliseconds);
    else await lookAgainWhenDue();
  }

  function kickIn(delayMilliseconds: number): void {
    if (runtime.db.jobs !== null) {
      // Whoever asks for it soon does not put off one that comes sooner still.
      const isSoonAsked = delayMilliseconds <= waitForOtherMilliseconds;
      runtime.db.jobs
        .add({
          name: 'reconcile',
          key: isSoonAsked ? 'reconcile soon' : 'reconcile when due',
          runAt: Date.now() + delayMilliseconds,
          keepTime: isSoonAsked,
        })
        .catch((error: unknown) =>
          runtime.log.warn({ err: error }, 'a reconciliation could not be asked for'),
        );
      return;
    }
    isSoon = delayMilliseconds <= kickDelayMilliseconds;
    kicked = setTimeout(() => {
      kicked = null;
      isSoon = false;
      inBackground();
    }, delayMilliseconds).unref();
  }

  return {
    start() {
      if (isStarted) return;
      isStarted = true;
      // Where jobs are handed out, the rounds are jobs.
      if (runtime.db.jobs !== null) return;
      inBackground();
      timers = [
        setInterval(() => inBackground(), everyMilliseconds),
        setInterval(() => inBackground({ list: true }), listEveryMilliseconds),
        setTimeout(() => inBackground({ list: true }), firstListMilliseconds),
      ];
      for (const timer of timers) timer.unref();
    },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      if (kicked !== null) clearTimeout(kicked);
      stopping.abort();
      await turn;
      if (kicked !== null) clearTimeout(kicked);
    },
    kick() {
      if (!isStarted || isSoon || stopping.signal.aborted) return;
      // Also instead of a look that is only due later.
      if (kicked !== null) clearTimeout(kicked);
      kickIn(kickDelayMilliseconds);
    },
    runOnce,
    runJob,
    straysOf: (storeId) => strays.get(storeId) ?? null,
  };
}

function isWorthTelling(report: Report): boolean {
  const { uploads, strays: _, ...counts } = report;
  return [...Object.values(counts), ...Object.values(uploads)].some((count) => count > 0);
}
