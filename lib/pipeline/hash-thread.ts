import { Worker } from 'node:worker_threads';
import type { HashAnswer, HashOrder } from './hash-protocol.ts';
import type { Slot } from './slots.ts';

export interface TicketResult {
  answer: Exclude<HashAnswer, number> | null;
  /** The thread died before or while it did this. */
  lost: boolean;
}

/** A thread with so much to do loses nothing when its next orders come a little later, all together. */
const busyTickets = 4;

type Done = (result: TicketResult) => void;

const plainResult: TicketResult = { answer: null, lost: false };
const lostResult: TicketResult = { answer: null, lost: true };

/**
 * One hash thread as the main thread sees it. Starts at the first order. When it dies, everything that is under way
 * comes back as lost, `generation` grows (hashers of an older one are gone) and the next order starts a new one.
 */
export class HashThread {
  generation = 0;
  /** Hashers that live here, weighted by their cost. */
  load = 0;
  #worker: Worker | null = null;
  #orders: HashOrder[] = [];
  /** Slots that the worker has seen, by the number under which it knows them. */
  #known = new Map<Slot, number>();
  #nextSlot = 0;
  #tickets = new Map<number, Done>();
  #nextTicket = 0;
  #closed = false;
  #onDeath: (error: unknown) => void;

  constructor(onDeath: (error: unknown) => void) {
    this.#onDeath = onDeath;
  }

  /** The slot must stay retained until `done` was called. */
  update(hashers: number[], slot: Slot | null, length: number, done: Done): void {
    const number = slot ? this.#numberOf(slot) : null;
    this.#send({ ticket: this.#ticket(done), update: hashers, slot: number, length });
  }

  digest(hashers: number[], done: Done): void {
    this.#send({ ticket: this.#ticket(done), digest: hashers });
  }

  tell(order: Exclude<HashOrder, { ticket: number }>): void {
    this.#send(order);
  }

  /** The worker itself, for the test that kills it. */
  get worker(): Worker | null {
    return this.#worker;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#lose();
    await worker?.terminate();
  }

  #numberOf(slot: Slot): number {
    const known = this.#known.get(slot);
    if (known !== undefined) return known;
    const number = this.#nextSlot++;
    this.#known.set(slot, number);
    this.#send({ know: number, memory: slot.bytes.buffer });
    slot.onDropped(() => {
      if (this.#known.delete(slot)) this.#send({ forget: number });
    });
    return number;
  }

  #ticket(done: Done): number {
    if (this.#closed) throw new Error('The hash threads are closed.');
    const ticket = this.#nextTicket++;
    this.#worker ??= this.#start();
    // Only while an answer is due does the thread keep the process alive.
    if (this.#tickets.size === 0) this.#worker.ref();
    this.#tickets.set(ticket, done);
    return ticket;
  }

  #send(order: HashOrder): void {
    if (this.#closed) throw new Error('The hash threads are closed.');
    this.#worker ??= this.#start();
    this.#orders.push(order);
    // Orders of one turn travel together: a message costs more than an order.
    if (this.#orders.length > 1) return;
    if (this.#tickets.size > busyTickets) setImmediate(() => this.#post());
    else queueMicrotask(() => this.#post());
  }

  #post(): void {
    const orders = this.#orders;
    this.#orders = [];
    if (orders.length > 0) this.#worker?.postMessage(orders);
  }

  #start(): Worker {
    const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { name: 'stowage-hash' });
    worker.unref();
    worker.on('message', (messages: HashAnswer[]) => {
      if (worker === this.#worker) for (const message of messages) this.#answered(message);
    });
    worker.on('error', (error) => this.#died(worker, error));
    worker.on('exit', (code) => this.#died(worker, new Error(`A hash thread ended with code ${code}.`)));
    return worker;
  }

  #answered(message: HashAnswer): void {
    const ticket = typeof message === 'number' ? message : message.ticket;
    const done = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    if (this.#tickets.size === 0) this.#worker?.unref();
    done?.(typeof message === 'number' ? plainResult : { answer: message, lost: false });
  }

  #died(worker: Worker, error: unknown): void {
    if (worker !== this.#worker) return;
    this.#lose();
    this.#onDeath(error);
  }

  #lose(): void {
    this.#worker = null;
    this.#orders = [];
    this.#known.clear();
    this.generation += 1;
    const tickets = [...this.#tickets.values()];
    this.#tickets.clear();
    for (const done of tickets) done(lostResult);
  }
}
