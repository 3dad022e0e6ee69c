import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { requireDebian } from './debian.ts';
import { print, type Summary } from './summary.ts';

/** The parts of Playwright's JSON report that are read. */
interface Report {
  readonly suites: readonly Suite[];
  readonly errors: readonly { readonly message?: string }[];
}
interface Suite {
  readonly suites?: readonly Suite[];
  readonly specs: readonly Spec[];
}
interface Spec {
  readonly title: string;
  readonly file: string;
  readonly tests: readonly {
    readonly status: 'expected' | 'unexpected' | 'flaky' | 'skipped';
    readonly annotations: readonly { readonly type: string; readonly description?: string }[];
    readonly results: readonly {
      readonly duration: number;
      readonly errors: readonly { readonly message?: string }[];
    }[];
  }[];
}

/** Runs browser journeys with Playwright on Debian's Chromium and adds to the summary. */
export async function runJourneys(root: string, files: readonly string[], summary: Summary): Promise<void> {
  if (files.length === 0) return;
  const requirement = await requireDebian(['chromium']);
  if (!requirement.ok) {
    for (const file of files)
      summary.skipped.push({ file, title: 'every journey', reason: requirement.reason });
    return;
  }
  const reportFile = path.join(root, '.test', 'journeys.json');
  mkdirSync(path.dirname(reportFile), { recursive: true });
  rmSync(reportFile, { force: true });
  const cli = path.join(root, 'node_modules/@playwright/test/cli.js');
  const args = ['test', '-c', path.join(root, 'e2e/playwright.config.ts'), '--reporter=list,json', ...files];
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], {
      cwd: root,
      env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: reportFile },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.once('error', reject);
    child.once('close', resolve);
  });
  let report: Report;
  try {
    report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
  } catch (error) {
    summary.failed.push({
      file: 'e2e/journeys',
      title: `Playwright ended with ${code} and no report`,
      details: String(error),
    });
    return;
  }
  for (const { message } of report.errors) {
    summary.failed.push({ file: 'e2e/journeys', title: 'outside a journey', details: message ?? '' });
  }
  for (const spec of report.suites.flatMap(specsOf)) addSpec(spec, summary);
  print('');
}

function specsOf(suite: Suite): Spec[] {
  return [...suite.specs, ...(suite.suites ?? []).flatMap(specsOf)];
}

function addSpec({ title, file, tests }: Spec, summary: Summary): void {
  const place = { file: path.join('e2e/journeys', path.basename(file)), title };
  for (const { status, annotations, results } of tests) {
    const seconds = results.reduce((sum, { duration }) => sum + duration / 1000, 0);
    summary.durations.push({ file: `${place.file}: ${title}`, seconds });
    if (status === 'skipped') {
      const reason = annotations.find(({ type }) => type === 'skip')?.description ?? 'no reason given';
      summary.skipped.push({ ...place, reason });
    } else if (status === 'expected') {
      summary.passed++;
    } else {
      const details = results.flatMap(({ errors }) => errors.map(({ message }) => message ?? '')).join('\n');
      summary.failed.push({ ...place, details });
    }
  }
}
