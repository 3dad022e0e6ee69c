import { quickResolve } from '#lib/cli/bootstrap/service-flags.mjs';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from 'node:test';
import { print, type Summary } from './summary.ts';
import { Tally, type TestResult } from './tally.ts';

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

/** Runs test files, each in its own process, adds to the summary and prints one line for each file. */
export async function runNodeTests(options: NodeTestOptions, summary: Summary): Promise<void> {
  const groups = (options.groups ?? []).filter((group) => group.length > 0);
  const waiting = [...groups, ...options.files.map((file) => [file])];
  const worker = async () => {
    for (let files = waiting.shift(); files !== undefined; files = waiting.shift()) {
      const [first = '', ...others] = files;
      const entry = others.length === 0 ? first : writeEntry(options.root, files, groups.indexOf(files));
      await runProcess(entry, files, options, summary);
      if (entry !== first) rmSync(path.join(options.root, entry));
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
  options: NodeTestOptions,
  summary: Summary,
): Promise<void> {
  const tally = new Tally(entry, files, options, summary);
  const isGroup = files.length > 1;
  let output = '';
  // A run for each process: only the signal of a whole run ends the process of a file that hangs.
  const signal = AbortSignal.timeout(tally.timeoutMilliseconds);
  const absolute = path.join(options.root, entry);
  const unassigned: TestResult[] = [];
  for await (const event of run({ files: [absolute], cwd: options.root, signal, execArgv: quickResolve })) {
    if (event.type === 'test:stdout' || event.type === 'test:stderr') output += event.data.message;
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    unassigned.push(event);
    // In a group the suite of a file is told behind all that is in it.
    if (isGroup && event.data.nesting > 0) continue;
    const file = isGroup ? files.find((each) => each === event.data.name) : entry;
    for (const result of unassigned.splice(0)) tally.count(result, file ?? entry);
  }
  for (const result of unassigned) tally.count(result, entry);
  const hasFailed = tally.report();
  if (hasFailed && output) print(output.replace(/^/gm, '    '));
}
