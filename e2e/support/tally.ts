import path from 'node:path';
import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';
import type { NodeTestOptions } from './node-tests.ts';
import { print, type Summary } from './summary.ts';

export type TestResult = Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>;
type Passed = Extract<TestResult, { type: 'test:pass' }>['data'];
type Failed = Extract<TestResult, { type: 'test:fail' }>['data'];

/** What became of the tests of one file. */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  seconds: number;
}

/** Counts what one process tells of its files, for the summary and for a line for each of them. */
export class Tally {
  /** After so long the process is ended. */
  readonly timeoutMilliseconds: number;
  readonly #entry: string;
  readonly #options: NodeTestOptions;
  readonly #summary: Summary;
  readonly #counts: Map<string, Counts>;
  readonly #startedAt = performance.now();

  constructor(entry: string, files: readonly string[], options: NodeTestOptions, summary: Summary) {
    this.timeoutMilliseconds = options.fileTimeoutMilliseconds * Math.min(files.length, 3);
    this.#entry = path.join(options.root, entry);
    this.#options = options;
    this.#summary = summary;
    this.#counts = new Map(files.map((file) => [file, { passed: 0, failed: 0, skipped: 0, seconds: 0 }]));
  }

  count(result: TestResult, file: string): void {
    const counts = this.#counts.get(file) ?? { passed: 0, failed: 0, skipped: 0, seconds: 0 };
    this.#counts.set(file, counts);
    if (file === result.data.name) counts.seconds = result.data.details.duration_ms / 1000;
    if (result.type === 'test:pass') this.#countPassed(result.data, file, counts);
    else this.#countFailed(result.data, file, counts);
  }

  /** Prints a line for each file; whether a test of them has failed. */
  report(): boolean {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const isGroup = this.#counts.size > 1;
    for (const [file, counts] of this.#counts) {
      if (counts.passed + counts.failed + counts.skipped === 0) {
        counts.failed += 1;
        const title = 'the file itself';
        this.#summary.failed.push({ file: this.#named(file), title, details: 'It holds no test.' });
      }
      if (!isGroup) counts.seconds = seconds;
      this.#reportFile(this.#named(file), counts);
    }
    if (isGroup) print(`  (${this.#counts.size} files in one process, ${seconds.toFixed(1)} s)`);
    return [...this.#counts.values()].some(({ failed }) => failed > 0);
  }

  #countPassed({ name, skip, todo, details }: Passed, file: string, counts: Counts): void {
    const reason = skipReason(skip) ?? skipReason(todo, 'to be done');
    if (reason !== undefined) {
      counts.skipped += 1;
      this.#summary.skipped.push({ file: this.#named(file), title: name, reason });
      // The tests of a suite count, not the suite; and a file without tests passes as if it were one.
    } else if (details.type !== 'suite' && name !== this.#entry) counts.passed += 1;
  }

  #countFailed({ name, details: { error } }: Failed, file: string, counts: Counts): void {
    const { failureType } = error as { failureType?: string };
    // A suite, or the file itself, fails because of the tests in it, which were counted.
    if (failureType === 'subtestsFailed') return;
    counts.failed += 1;
    this.#summary.failed.push({
      file: this.#named(file),
      title: name === this.#entry || name === file ? 'the file itself' : name,
      details:
        failureType === 'testAborted'
          ? `It was not done after ${this.timeoutMilliseconds / 1000} s and was ended.`
          : inspect(error.cause ?? error, { depth: 6, breakLength: 120 }),
    });
  }

  #reportFile(file: string, { passed, failed, skipped, seconds }: Counts): void {
    this.#summary.passed += passed;
    this.#summary.durations.push({ file, seconds });
    const counts = [`${passed} passed`, failed && `${failed} failed`, skipped && `${skipped} skipped`];
    print(
      `${failed > 0 ? '✖' : '✔'} ${file}: ${counts.filter(Boolean).join(', ')} (${seconds.toFixed(1)} s)`,
    );
  }

  #named(file: string): string {
    const { label } = this.#options;
    return label === undefined ? file : `${file} ${label}`;
  }
}

function skipReason(mark: string | boolean | undefined, unnamed = 'no reason given'): string | undefined {
  if (mark === undefined || mark === false) return undefined;
  return typeof mark === 'string' && mark !== '' ? mark : unnamed;
}
