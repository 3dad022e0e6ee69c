import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const lockFile = '/tmp/stowage-tests-apt.lock';
const listsStamp = '/tmp/stowage-tests-apt.updated';

export type Requirement = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** The part of a test's context that is needed to skip it. */
export interface Skippable {
  skip(message: string): void;
}

/**
 * The environment for Debian's own programs: its Python modules belong to /usr/bin/python3, so /usr/bin comes first.
 */
export function debianEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `/usr/sbin:/usr/bin:/sbin:/bin:${process.env.PATH ?? ''}` };
}

/**
 * Installs what is missing of these packages where that can be done (root, apt); tests in other processes wait for
 * each other. With a test's context the test is skipped when it cannot, and the reason names the packages.
 */
export async function requireDebian(packages: readonly string[], test?: Skippable): Promise<Requirement> {
  const requirement = await install(packages);
  if (!requirement.ok) test?.skip(requirement.reason);
  return requirement;
}

async function install(packages: readonly string[]): Promise<Requirement> {
  const missing = await missingOf(packages);
  if (missing.length === 0) return { ok: true };
  const needs = `needs the Debian package${missing.length === 1 ? '' : 's'} ${missing.join(', ')}`;
  if (!existsSync('/usr/bin/apt-get')) return { ok: false, reason: `${needs}; there is no apt-get here` };
  if (process.getuid?.() !== 0)
    return { ok: false, reason: `${needs}; install with: sudo apt-get install ${missing.join(' ')}` };
  // One at a time: apt's own lock makes others fail instead of wait. The package lists are fetched again after a day.
  const script = `
    set -e
    if [ -z "$(find ${listsStamp} -mmin -1440 2>/dev/null)" ]; then apt-get update -qq && touch ${listsStamp}; fi
    apt-get install -y -qq --no-install-recommends "$@"`;
  try {
    await execute('flock', ['-w', '900', lockFile, 'sh', '-c', script, 'install', ...missing], {
      env: { ...debianEnvironment(), DEBIAN_FRONTEND: 'noninteractive' },
      maxBuffer: 64 * 1024 * 1024,
      timeout: 900_000,
    });
  } catch (error) {
    const text = error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error);
    return { ok: false, reason: `${needs}; apt-get could not install: ${text}` };
  }
  const left = await missingOf(missing);
  return left.length === 0
    ? { ok: true }
    : { ok: false, reason: `${needs}; still missing: ${left.join(', ')}` };
}

async function missingOf(packages: readonly string[]): Promise<string[]> {
  if (!existsSync('/usr/bin/dpkg-query')) return [...packages];
  const format = '${Package} ${db:Status-Status}\n';
  // It exits with 1 when one of them is unknown, and still lists the others.
  const listed = await execute('/usr/bin/dpkg-query', ['-W', '-f', format, ...packages]).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string }) => error.stdout ?? '',
  );
  const installed = new Set(
    listed
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return packages.filter((name) => !installed.has(name));
}
