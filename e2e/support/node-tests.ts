import path from 'node:path';
import { run } from 'node:test';
import { inspect } from 'node:util';
import { print, type Summary } from './summary.ts';

export interface NodeTestOptions {
  readonly root: string;
  /** Relative to `root`. */
  readonly files: readonly string[];
  readonly concurrency: number;
  /** A file that is not done by then is ended and counts as failed. */
  readonly fileTimeoutMilliseconds: number;
  /** Said with the name of each file when the same files run more than once. */
  readonly label?: string;
}

/** Runs test files, each in its own process, adds to the summary and prints one line for each file. */
export async function runNodeTests(options: NodeTestOptions, summary: Summary): Promise<void> {
  const waiting = [...options.files];
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      await runFile(file, options, summary);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, worker));
}

async function runFile(
  name: string,
  { root, fileTimeoutMilliseconds, label }: NodeTestOptions,
  summary: Summary,
): Promise<void> {
  const absolute = path.join(root, name);
  const file = label === undefined ? name : `${name} ${label}`;
  const startedAt = performance.now();
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  let output = '';
  // A run for each file: only the signal of a whole run ends the process of a file that hangs.
  const stream = run({ files: [absolute], cwd: root, signal: AbortSignal.timeout(fileTimeoutMilliseconds) });
  for await (const { type, data } of stream) {
    if (type === 'test:pass') {
      const reason = skipReason(data.skip) ?? skipReason(data.todo, 'to be done');
      if (reason === undefined) {
        // The tests of a suite count, not the suite; and a file without tests passes as if it were one.
        if (data.details.type !== 'suite' && data.name !== absolute) passed++;
      } else {
        skipped++;
        summary.skipped.push({ file, title: data.name, reason });
      }
    } else if (type === 'test:fail') {
      const { error } = data.details;
      const { failureType } = error as { failureType?: string };
      // A suite, or the file itself, fails because of the tests in it, which were counted.
      if (failureType === 'subtestsFailed') continue;
      failed++;
      summary.failed.push({
        file,
        title: data.name === absolute ? 'the file itself' : data.name,
        details:
          failureType === 'testAborted'
            ? `It was not done after ${fileTimeoutMilliseconds / 1000} s and was ended.`
            : inspect(error.cause ?? error, { depth: 6, breakLength: 120 }),
      });
    } else if (type === 'test:stdout' || type === 'test:stderr') {
      output += data.message;
    }
  }
  if (passed + failed + skipped === 0) {
    failed++;
    summary.failed.push({ file, title: 'the file itself', details: 'It holds no test.' });
  }
  summary.passed += passed;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const counts = [`${passed} passed`, failed && `${failed} failed`, skipped && `${skipped} skipped`];
  print(`${failed > 0 ? '✖' : '✔'} ${file}: ${counts.filter(Boolean).join(', ')} (${seconds} s)`);
  if (failed > 0 && output) print(output.replace(/^/gm, '    '));
}

function skipReason(mark: string | boolean | undefined, unnamed = 'no reason given'): string | undefined {
  if (mark === undefined || mark === false) return undefined;
  return typeof mark === 'string' && mark !== '' ? mark : unnamed;
}
