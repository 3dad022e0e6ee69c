import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withTreeLock } from './lock.mjs';
import { assertPlatform } from './platform.mjs';
import { PrepareError, say } from './report.mjs';

/** Brings node_modules to what package-lock.json says; no work, and no network, when it is there already. */
export async function ensureInstalled(root) {
  assertPlatform();
  if (isInstalled(root)) return;
  await withTreeLock(root, 'installs the packages', async () => {
    if (isInstalled(root)) return;
    say('Installing the packages that package-lock.json names (once; about a minute)…');
    await runNpmCi(root);
    writeFileSync(stampPath(root), fingerprint(root));
  });
}

function stampPath(root) {
  return path.join(root, 'node_modules', '.stowage-installed');
}

/** Of the lockfile and the platform, so that a tree copied to another machine is installed anew. */
function fingerprint(root) {
  const lockfile = readFileSync(path.join(root, 'package-lock.json'));
  return createHash('sha256').update(`${process.platform}-${process.arch}\n`).update(lockfile).digest('hex');
}

function isInstalled(root) {
  const stamp = stampPath(root);
  const expected = fingerprint(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === expected) return true;
  if (!matchesHiddenLockfile(root)) return false;
  writeFileSync(stamp, expected);
  return true;
}

/**
 * Whether npm's own record of what it installed (written last, so absent after an interrupted run) agrees with
 * package-lock.json: then somebody ran npm by hand, and doing it again would only take a running service's files away.
 */
function matchesHiddenLockfile(root) {
  const recordPath = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(recordPath)) return false;
  const installed = JSON.parse(readFileSync(recordPath, 'utf8')).packages ?? {};
  const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages ?? {};
  return (
    Object.keys(installed).every((location) => location in wanted) &&
    Object.entries(wanted).every(([location, entry]) => {
      const found = installed[location];
      // Optional packages are left out on platforms that are not theirs; the one that is ours, the runtime, is looked for by itself.
      if (!found) return location === '' || entry.optional === true;
      return found.version === entry.version && found.integrity === entry.integrity;
    })
  );
}

/** npm as it was called by, so that both are of one version; else the one on the path. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script && /npm-cli\.c?js$/.test(script) && existsSync(script)) return [process.execPath, script];
  return ['npm'];
}

async function runNpmCi(root) {
  const [file, ...leading] = npmCommand();
  // Nothing here needs an install script, and a script is what a hijacked package would use. The build needs what
  // package.json lists for development, whatever NODE_ENV says.
  const args = [
    ...leading,
    'ci',
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--loglevel=error',
  ];
  const code = await new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', 2, 2] });
    child.once('error', (error) =>
      reject(
        new PrepareError(
          error.code === 'ENOENT'
            ? 'npm is not on the path. Install npm (it comes with Node), then run the command again.'
            : `npm could not be started: ${error.message}.`,
        ),
      ),
    );
    child.once('close', (exitCode, signal) => resolve(signal ?? exitCode));
  });
  if (code !== 0) {
    throw new PrepareError(
      `npm ci ended with ${code}; what it said stands above. The first start needs the package registry: check the network, proxy and registry settings of npm and the free space here, then run the command again.`,
    );
  }
}
