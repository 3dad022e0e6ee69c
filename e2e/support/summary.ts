import { readFileSync } from 'node:fs';

export interface SkippedTest {
  readonly file: string;
  readonly title: string;
  readonly reason: string;
}

export interface FailedTest {
  readonly file: string;
  readonly title: string;
  readonly details: string;
}

export interface Duration {
  readonly file: string;
  readonly seconds: number;
}

export interface Summary {
  passed: number;
  readonly durations: Duration[];
  readonly failed: FailedTest[];
  readonly skipped: SkippedTest[];
}

const slowSeconds = 5;

interface AllowedSkip {
  readonly file: string;
  /** Absent: every test of the file. */
  readonly title?: string;
  readonly reason: string;
}

/** Skips that nobody allowed; with CI=true each of them fails the run. */
export function unlistedSkips(skipped: readonly SkippedTest[], listFile: string): SkippedTest[] {
  const allowed = JSON.parse(readFileSync(listFile, 'utf8')) as readonly AllowedSkip[];
  return skipped.filter(
    ({ file, title }) =>
      !allowed.some(
        (entry) =>
          entry.file === file && (entry.title === undefined || entry.title === title) && entry.reason,
      ),
  );
}

/** Prints what did not pass and, as the very last line, how many did. */
export function printSummary(
  { passed, failed, skipped, durations }: Summary,
  unlisted: readonly SkippedTest[],
): void {
  printSlowest(durations);
  if (skipped.length > 0) print('\nSkipped:');
  for (const { file, title, reason } of skipped) print(`  ${file}: ${title}: ${reason}`);
  if (unlisted.length > 0) print('\nSkipped without a reason in e2e/skips.json, so counted as failed here:');
  for (const { file, title } of unlisted) print(`  ${file}: ${title}`);
  if (failed.length > 0) print('\nFailed:');
  for (const { file, title, details } of failed) print(`  ${file}: ${title}\n${indent(details)}`);
  const failures = failed.length + unlisted.length;
  print(`\n${passed} passed, ${failures} failed, ${skipped.length - unlisted.length} skipped`);
}

/** Where the time went, when there is much of it. */
function printSlowest(durations: readonly Duration[]): void {
  const slowest = durations.filter(({ seconds }) => seconds >= slowSeconds);
  if (slowest.length === 0) return;
  slowest.sort((one, other) => other.seconds - one.seconds);
  print('\nWhat took longest:');
  for (const { file, seconds } of slowest.slice(0, 25)) print(`${seconds.toFixed(1).padStart(8)} s  ${file}`);
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function indent(text: string): string {
  return text.replace(/^/gm, '      ');
}
