/** Runs transfers outside the request path: takes groups from the queue, keeps their leases, hears what is wished. */
import { heartbeatSeconds, leaseSeconds } from '#lib/contract/limits.ts';
import { extendLease, findTransfers } from '#lib/db/repositories/transfers.ts';
import type { Interruption, TransferProgress, TransferWorker } from '#lib/runtime/parts.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { thisMoment } from '#lib/stores/fenced-writer.ts';
import type { HeldTransfer } from './held-transfer.ts';
import type { WorkerHooks } from './job.ts';
import { holderName, leaseGroups, takeOverDeadLeases } from './lease.ts';
import { groupLimit, ownLookMilliseconds, pollMilliseconds, publishMilliseconds } from './limits.ts';
import { concludeHanging } from './outcome.ts';
import { rowsQueue, type TransferQueue } from './queue.ts';
import { runGroup } from './run-group.ts';
import { publishProgress } from './tell.ts';

export interface TransferWorkerOptions {
  hooks?: WorkerHooks;
  queue?: TransferQueue;
}

export function openTransferWorker(runtime: Runtime, options: TransferWorkerOptions = {}): TransferWorker {
  return new Worker(runtime, options);
}

/** Groups that end at about the same time leave their places to one look: what a look costs is above all its transaction. */
const gatherMilliseconds = 15;

/** Whoever chooses holds up the other workers: what cannot be taken so often is left to the next look. */
const choiceLimit = 3;

/** A cancel counts within two seconds; a worker elsewhere needs up to half of one to hear of it. */
const orderlyCancelMilliseconds = 500;

class Worker implements TransferWorker {
  readonly #runtime: Runtime;
  readonly #queue: TransferQueue;
  readonly #hooks: WorkerHooks;
  readonly #held = new Map<string, HeldTransfer>();
  readonly #running = new Set<Promise<void>>();
  readonly #published = new Map<string, string>();
  #timers: NodeJS.Timeout[] = [];
  #looking: Promise<void> | null = null;
  #lookAgain = false;
  #gathering: NodeJS.Timeout | null = null;
  #isStarted = false;
  #isStopping = false;
  #beatAt = 0;
  #isPolling = false;
  #lookedAt = 0;
  /** The last look has found something to do. */
  #hasTaken = false;
  /** One group is chosen at a time: two who choose at once would choose the same. */
  #choosing: Promise<unknown> = Promise.resolve();

  constructor(runtime: Runtime, options: TransferWorkerOptions) {
    this.#runtime = runtime;
    this.#queue = options.queue ?? rowsQueue;
    this.#hooks = options.hooks ?? {};
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    const takenOver =
      this.#runtime.config.database.kind === 'sqlite'
        ? takeOverDeadLeases(this.#runtime)
        : Promise.resolve(0);
    takenOver
      .then((count) => {
        if (count > 0) this.#runtime.log.info({ count }, 'transfers of a dead process are taken over');
      })
      .catch((error: unknown) => this.#runtime.log.error({ err: error }, 'leases could not be looked at'))
      .finally(() => this.#lookNow());
    this.#timers = [
      setInterval(() => void this.#poll(), pollMilliseconds).unref(),
      setInterval(() => this.#publish(), publishMilliseconds).unref(),
    ];
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    await this.#looking;
    await this.#choosing;
    for (const held of this.#held.values()) held.interrupt('stop');
    await Promise.all(this.#running);
  }

  kick(): void {
    if (this.#runtime.db.jobs === null) this.#lookNow();
  }

  #lookNow(): void {
    if (!this.#isStarted || this.#isStopping) return;
    if (this.#looking !== null) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = this.#look()
      .catch((error: unknown) => this.#runtime.log.error({ err: error }, 'no work could be taken'))
      .finally(() => {
        this.#looking = null;
        if (!this.#lookAgain) return;
        this.#lookAgain = false;
        this.#lookNow();
      });
  }

  /** A place became free. As long as most others are taken, more of them may follow at once. */
  #lookSoon(): void {
    if (this.#running.size < groupLimit / 2) return this.#lookNow();
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null;
      this.#lookNow();
    }, gatherMilliseconds).unref();
  }

  progressOf(transferId: string): TransferProgress | null {
    const held = this.#held.get(transferId);
    return held === undefined || held.isSettled ? null : held.meter.read(this.#runtime.now());
  }

  interrupt(transferId: string, interruption: Interruption): boolean {
    const held = this.#held.get(transferId);
    if (held === undefined) return false;
    this.#interrupt(held, interruption);
    return true;
  }

  #interrupt(held: HeldTransfer, interruption: Interruption): void {
    if (!held.interrupt(interruption) || interruption !== 'cancel') return;
    setTimeout(() => void concludeHanging(this.#runtime, held), orderlyCancelMilliseconds).unref();
  }

  settled(transferId: string): Promise<void> {
    return this.#held.get(transferId)?.settled ?? Promise.resolve();
  }

  isWriting(locationId: string): boolean {
    return [...this.#held.values()].some((held) => !held.isSettled && held.location?.id === locationId);
  }

  async #look(): Promise<void> {
    this.#lookedAt = performance.now();
    while ((await this.#take()) !== null);
  }

  async runNext(): Promise<void> {
    const taken = await this.#take();
    await taken?.run;
  }

  /** As many as there is room for; null when there is no room, or nothing to take. */
  #take(): Promise<{ run: Promise<void> } | null> {
    const taken = this.#choosing.then(() => this.#choose());
    this.#choosing = taken.catch(() => undefined);
    return taken;
  }

  async #choose(): Promise<{ run: Promise<void> } | null> {
    const room = groupLimit - this.#running.size;
    if (!this.#isStarted || this.#isStopping || room <= 0) return null;
    const { db } = this.#runtime;
    // Where there has just been work there is more, most likely.
    const isLikely = this.#hasTaken;
    this.#hasTaken = false;
    if (!isLikely && !(await this.#queue.hasWork(db.read, await db.read.now()))) return null;
    for (let tries = 1; tries <= choiceLimit; tries += 1) {
      let chosen: string[] = [];
      const groups = await leaseGroups(this.#runtime, async (q, now) => {
        const choice = await this.#queue.nextGroups(q, now, room);
        chosen = choice.groupIds;
        return choice;
      });
      if (groups.length > 0) {
        this.#hasTaken = true;
        return { run: Promise.all(groups.map((leased) => this.#run(leased))).then(() => undefined) };
      }
      // What was chosen and not taken had ended or was to pause: it does not come again.
      if (chosen.length === 0) return null;
    }
    return null;
  }

  #run(transfers: HeldTransfer[]): Promise<void> {
    // Our own of a moment ago, still closing what it wrote: two writers of one object must never be.
    const before = transfers.map((held) => this.settled(held.id));
    for (const held of transfers) this.#held.set(held.id, held);
    const run = Promise.all(before)
      .then(() => runGroup(this.#runtime, transfers, this.#hooks))
      .catch((error: unknown) => this.#runtime.log.error({ err: error }, 'a group of transfers broke off'))
      .finally(() => {
        this.#running.delete(run);
        for (const held of transfers) {
          held.noteSettled();
          if (this.#held.get(held.id) === held) this.#held.delete(held.id);
          this.#published.delete(held.id);
        }
        // What was to be removed waited for whoever wrote to it. One that is done has left nothing, or has told already.
        if (transfers.some(({ row }) => row.state !== 'done')) this.#runtime.reconciler.kick();
        this.#lookSoon();
      });
    this.#running.add(run);
    return run;
  }

  async #poll(): Promise<void> {
    if (this.#isPolling) return;
    this.#isPolling = true;
    try {
      await this.#hearWishes();
      const now = performance.now();
      if (now - this.#beatAt >= heartbeatSeconds * 1000) {
        this.#beatAt = now;
        await this.#beat();
      }
    } catch (error) {
      this.#runtime.log.warn({ err: error }, 'the leases of transfers could not be extended');
    } finally {
      this.#isPolling = false;
    }
    const isHandedOut = this.#runtime.db.jobs !== null;
    if (!isHandedOut || performance.now() - this.#lookedAt >= ownLookMilliseconds) this.#lookNow();
  }

  /** Wishes reach the process that holds the transfer through the row, wherever they were uttered. */
  async #hearWishes(): Promise<void> {
    const mine = [...this.#held.values()].filter((held) => !held.isSettled);
    if (mine.length === 0) return;
    const rows = await findTransfers(
      this.#runtime.db.read,
      mine.map((held) => held.id),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const held of mine) {
      const row = byId.get(held.id);
      if (row === undefined || row.lease_fence !== held.fence) held.interrupt('lease-lost');
      else if (row.wish !== null) this.#interrupt(held, row.wish);
    }
  }

  async #beat(): Promise<void> {
    const mine = [...this.#held.values()].filter((held) => !held.isSettled);
    if (mine.length === 0) return;
    const askedAt = thisMoment();
    const lost = await this.#runtime.db.transaction(async (q) => {
      const expiresAt = (await q.now()) + leaseSeconds * 1000;
      const taken: HeldTransfer[] = [];
      for (const held of mine) {
        const kept = await extendLease(q, held.id, holderName(this.#runtime), held.fence, expiresAt);
        if (!kept) taken.push(held);
      }
      return taken;
    });
    for (const held of mine) if (!lost.includes(held)) held.tenure.extend(askedAt);
    for (const held of lost) if (!held.isSettled) held.interrupt('lease-lost');
  }

  #publish(): void {
    const now = this.#runtime.now();
    for (const held of this.#held.values()) {
      if (held.isSettled) continue;
      const progress = held.meter.read(now);
      const told = `${progress.sentBytes}/${progress.doneBytes}/${progress.verifiedBytes}/${progress.bytesPerSecond}`;
      if (this.#published.get(held.id) === told) continue;
      this.#published.set(held.id, told);
      publishProgress(this.#runtime, held.row, progress);
    }
  }
}
