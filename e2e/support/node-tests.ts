import { quickResolve } from '#lib/cli/bootstrap/service-flags.mjs';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from 'node:test';
import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';
import { print, type Summary } from './summary.ts';

export interface NodeTestOptions {
  readonly root: string;
  /** Relative to `root`. */
  readonly files: readonly string[];
  /** More files, and each of these groups shares one process: starting one costs more than most tests. */
  readonly groups?: readonly (readonly string[])[];
  readonly concurrency: number;
  /** A file that is not done by then is ended and counts as failed. */
  readonly fileTimeoutMilliseconds: number;
  /** Said with the name of each file when the same files run more than once. */
  readonly label?: string;
}

type Result = Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>;

/** What became of the tests of one file. */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  seconds: number;
}

/** Runs test files, each in its own process, adds to the summary and prints one line for each file. */
export async function runNodeTests(options: NodeTestOptions, summary: Summary): Promise<void> {
  const groups = (options.groups ?? []).filter((group) => group.length > 0);
  const waiting = [...groups, ...options.files.map((file) => [file])];
  const worker = async () => {
    for (let files = waiting.shift(); files !== undefined; files = waiting.shift()) {
      const [first = '', ...others] = files;
      const entry = others.length === 0 ? first : writeEntry(options.root, files, groups.indexOf(files));
      await runProcess(entry, files, options, summary);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, worker));
}

/** A test file of which each of these is a suite, so that their hooks stay their own. */
function writeEntry(root: string, files: readonly string[], number: number): string {
  const entry = `.test/together-${process.pid}-${number}.test.ts`;
  const suites = files.map((file) => `describe('${file}', async () => void (await import('../${file}')));\n`);
  mkdirSync(path.join(root, '.test'), { recursive: true });
  writeFileSync(path.join(root, entry), `import { describe } from 'node:test';\n${suites.join('')}`);
  return entry;
}

async function runProcess(
  entry: string,
  files: readonly string[],
  { root, fileTimeoutMilliseconds, label }: NodeTestOptions,
  summary: Summary,
): Promise<void> {
  const absolute = path.join(root, entry);
  const named = (file: string) => (label === undefined ? file : `${file} ${label}`);
  const timeoutMilliseconds = fileTimeoutMilliseconds * Math.min(files.length, 3);
  const startedAt = performance.now();
  const secondsSince = () => (performance.now() - startedAt) / 1000;
  const all = new Map<string, Counts>();
  const countsOf = (file: string): Counts => {
    const counts = all.get(file) ?? { passed: 0, failed: 0, skipped: 0, seconds: 0 };
    all.set(file, counts);
    return counts;
  };
  for (const file of files) countsOf(file);
  let output = '';
  const count = (result: Result, file: string) => {
    const counts = countsOf(file);
    const { type, data } = result;
    if (file === data.name) counts.seconds = data.details.duration_ms / 1000;
    if (type === 'test:pass') {
      const reason = skipReason(data.skip) ?? skipReason(data.todo, 'to be done');
      if (reason !== undefined) {
        counts.skipped++;
        summary.skipped.push({ file: named(file), title: data.name, reason });
        // The tests of a suite count, not the suite; and a file without tests passes as if it were one.
      } else if (data.details.type !== 'suite' && data.name !== absolute) counts.passed++;
      return;
    }
    const { error } = data.details;
    const { failureType } = error as { failureType?: string };
    // A suite, or the file itself, fails because of the tests in it, which were counted.
    if (failureType === 'subtestsFailed') return;
    counts.failed++;
    summary.failed.push({
      file: named(file),
      title: data.name === absolute || data.name === file ? 'the file itself' : data.name,
      details:
        failureType === 'testAborted'
          ? `It was not done after ${timeoutMilliseconds / 1000} s and was ended.`
          : inspect(error.cause ?? error, { depth: 6, breakLength: 120 }),
    });
  };
  // A run for each process: only the signal of a whole run ends the process of a file that hangs.
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  const execArgv = quickResolve;
  const unassigned: Result[] = [];
  for await (const event of run({ files: [absolute], cwd: root, signal, execArgv })) {
    if (event.type === 'test:stdout' || event.type === 'test:stderr') output += event.data.message;
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    unassigned.push(event);
    // In a group the suite of a file is told behind all that is in it.
    if (files.length > 1 && event.data.nesting > 0) continue;
    const file = files.length > 1 ? files.find((each) => each === event.data.name) : entry;
    for (const result of unassigned.splice(0)) count(result, file ?? entry);
  }
  for (const result of unassigned) count(result, entry);
  for (const [file, counts] of all) {
    if (counts.passed + counts.failed + counts.skipped === 0) {
      counts.failed++;
      summary.failed.push({ file: named(file), title: 'the file itself', details: 'It holds no test.' });
    }
    if (files.length === 1) counts.seconds = secondsSince();
    report(named(file), counts, summary);
  }
  if (files.length > 1) print(`  (${files.length} files in one process, ${secondsSince().toFixed(1)} s)`);
  const hasFailed = [...all.values()].some(({ failed }) => failed > 0);
  if (hasFailed && output) print(output.replace(/^/gm, '    '));
}

function report(file: string, { passed, failed, skipped, seconds }: Counts, summary: Summary): void {
  summary.passed += passed;
  summary.durations.push({ file, seconds });
  const counts = [`${passed} passed`, failed && `${failed} failed`, skipped && `${skipped} skipped`];
  print(`${failed > 0 ? '✖' : '✔'} ${file}: ${counts.filter(Boolean).join(', ')} (${seconds.toFixed(1)} s)`);
}

function skipReason(mark: string | boolean | undefined, unnamed = 'no reason given'): string | undefined {
  if (mark === undefined || mark === false) return undefined;
  return typeof mark === 'string' && mark !== '' ? mark : unnamed;
}
