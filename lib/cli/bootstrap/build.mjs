import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withTreeLock } from './lock.mjs';
import { PrepareError, say } from './report.mjs';
import { runToItsEnd } from './run.mjs';
import { serviceEnvironment, serviceFlags } from './service-flags.mjs';

/** What `next build` reads. Tests lie beside the code and change nothing of it. */
const sources = [
  'app',
  'components',
  'lib',
  'public',
  'instrumentation.ts',
  'next.config.js',
  'postcss.config.mjs',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];
const notRead = /\.(test|bench)\.tsx?$|^lib\/cli\//;

/** Builds the console unless the build that is there came from exactly these sources. */
export async function ensureBuilt(root, executable) {
  const directory = buildDirectory(root);
  const stamp = path.join(directory, '.stowage-built');
  const isBuilt = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === sourceFingerprint(root);
  if (isBuilt()) return;
  await withTreeLock(root, 'builds the console', async () => {
    if (isBuilt()) return;
    const fingerprint = sourceFingerprint(root);
    say('Building the console (once for each change of the sources; about a minute)…');
    // Without its stamp a build that is cut short is built again.
    rmSync(stamp, { force: true });
    await runNextBuild(root, executable);
    await precompile(root, executable);
    mkdirSync(directory, { recursive: true });
    writeFileSync(stamp, fingerprint);
  });
}

/** Throws where nothing was ever built: what is started without `npm start` does not build. */
export function assertBuilt(root) {
  if (existsSync(path.join(buildDirectory(root), 'BUILD_ID'))) return;
  throw new PrepareError('The console is not built. Run `npm run build` once.');
}

function buildDirectory(root) {
  return path.resolve(root, process.env.STOWAGE_NEXT_DIST ?? '.next');
}

/** SHA-256 over names and contents; a few hundred small files, so some 20 ms. */
export function sourceFingerprint(root) {
  const hash = createHash('sha256').update(process.versions.node.split('.')[0] ?? '');
  for (const source of sources) addFiles(source);
  return hash.digest('hex');

  function addFiles(relative) {
    if (notRead.test(relative)) return;
    const absolute = path.join(root, relative);
    let entries;
    try {
      entries = readdirSync(absolute).sort();
    } catch (error) {
      if (error.code === 'ENOENT') return;
      if (error.code !== 'ENOTDIR') throw error;
      const content = readFileSync(absolute);
      hash.update(`${relative}\0${content.length}\0`).update(content);
      return;
    }
    for (const entry of entries) addFiles(`${relative}/${entry}`);
  }
}

async function runNextBuild(root, executable) {
  const next = path.join(root, 'node_modules', 'next', 'dist', 'bin', 'next');
  const output = [];
  const code = await new Promise((resolve, reject) => {
    const child = spawn(executable, [next, 'build'], {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve(signal ?? exitCode));
  });
  if (code === 0) return;
  process.stderr.write(Buffer.concat(output));
  throw new PrepareError(
    `next build ended with ${code}; what it said stands above. If the sources are unchanged, free memory (it needs about 1.5 GiB) and disk space are the usual reasons.`,
  );
}

/** Saves the first start some time and memory. Where it fails, that start compiles by itself, or says why it cannot. */
async function precompile(root, executable) {
  const entry = path.join(root, 'lib', 'cli', 'precompile.ts');
  if (existsSync(entry)) await runToItsEnd(executable, [...serviceFlags, entry], serviceEnvironment);
}
