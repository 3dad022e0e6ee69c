import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sourceFingerprint } from './build.mjs';

const bootstrap = import.meta.dirname;
let root: string;
before(() => {
  root = mkdtempSync(path.join(tmpdir(), 'stowage-prepare-'));
});
after(() => rmSync(root, { recursive: true }));

function put(file: string, content: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), content);
}

interface Ran {
  readonly code: number | null;
  readonly output: string;
}

/** A module of the bootstrap in a process of its own, as a start is. */
function runScript(script: string, env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      env: { ...process.env, ...env },
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('close', (code) => resolve({ code, output }));
  });
}

describe('installing the packages', () => {
  const install = `
    import { ensureInstalled } from '${bootstrap}/install.mjs';
    await ensureInstalled(process.cwd()).catch((error) => { console.log(error.name === 'Error' ? error.message : error.stack); process.exit(3); });`;
  const lockfile = (version: string) =>
    JSON.stringify({
      packages: {
        '': {},
        'node_modules/one': { version, integrity: `sha512-${version}` },
        'node_modules/other-platform': { version, optional: true, os: ['aix'] },
      },
    });
  const record = (version: string) =>
    JSON.stringify({ packages: { 'node_modules/one': { version, integrity: `sha512-${version}` } } });
  /** Stands for npm: notes how it was called and, like npm, writes its record last. */
  const fakeNpm = () => {
    put(
      'tool/npm-cli.js',
      `const fs = require('node:fs');
       fs.appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
       if (process.env.NPM_FAILS) { console.error('npm error network'); process.exit(1); }
       fs.mkdirSync('node_modules', { recursive: true });
       fs.writeFileSync('node_modules/.package-lock.json', process.env.RECORD);`,
    );
    return { npm_execpath: path.join(root, 'tool/npm-cli.js') };
  };
  const calls = () =>
    existsSync(path.join(root, 'calls')) ? readFileSync(path.join(root, 'calls'), 'utf8') : '';

  it('runs npm ci once, with what the build needs and without install scripts', async () => {
    put('package-lock.json', lockfile('1.0.0'));
    const env = { ...fakeNpm(), RECORD: record('1.0.0'), NODE_ENV: 'production' };
    assert.equal((await runScript(install, env)).code, 0);
    assert.match(calls(), /^ci --ignore-scripts --include=dev .*\n$/);
    assert.equal((await runScript(install, env)).output, '');
    assert.equal(calls().split('\n').length, 2, 'the second start calls nothing');
  });

  it('runs it again when package-lock.json names other versions', async () => {
    put('package-lock.json', lockfile('2.0.0'));
    await runScript(install, { ...fakeNpm(), RECORD: record('2.0.0') });
    assert.equal(calls().split('\n').length, 3);
  });

  it('leaves alone what somebody installed by hand', async () => {
    put('package-lock.json', lockfile('3.0.0'));
    put('node_modules/.package-lock.json', record('3.0.0'));
    await runScript(install, { ...fakeNpm(), RECORD: '' });
    assert.equal(calls().split('\n').length, 3);
  });

  it('says what failed and what to look at when npm ci fails', async () => {
    put('package-lock.json', lockfile('4.0.0'));
    const { code, output } = await runScript(install, { ...fakeNpm(), NPM_FAILS: 'yes' });
    assert.equal(code, 3);
    assert.match(output, /npm error network/);
    assert.match(output, /npm ci ended with 1.*network, proxy/);
    assert.ok(!existsSync(path.join(root, '.stowage-prepare.lock')), 'the lock is given back');
  });
});

describe('the lock of a tree', () => {
  const hold = (milliseconds: number) => `
    import { withTreeLock } from '${bootstrap}/lock.mjs';
    import { appendFileSync } from 'node:fs';
    await withTreeLock(process.cwd(), 'tests', async () => {
      appendFileSync('held', 'in ');
      await new Promise((resolve) => setTimeout(resolve, ${milliseconds}));
      appendFileSync('held', 'out ');
    });`;

  it('lets one start work at a time, and the others say for whom they wait', async () => {
    const runs = await Promise.all([hold(300), hold(300), hold(300)].map((script) => runScript(script)));
    assert.equal(readFileSync(path.join(root, 'held'), 'utf8'), 'in out in out in out ');
    assert.match(
      runs.map(({ output }) => output).join(''),
      /Another start \(process \d+\) tests in this directory/,
    );
  });

  it('is waited for by several of one process as well', async () => {
    const script = `
      import { withTreeLock } from '${bootstrap}/lock.mjs';
      import { appendFileSync } from 'node:fs';
      const once = () => withTreeLock(process.cwd(), 'tests', async () => {
        appendFileSync('held', 'in ');
        await new Promise((resolve) => setTimeout(resolve, 100));
        appendFileSync('held', 'out ');
      });
      await Promise.all([once(), once(), once()]);`;
    rmSync(path.join(root, 'held'), { force: true });
    const { code, output } = await runScript(script);
    assert.equal(code, 0, output);
    assert.equal(readFileSync(path.join(root, 'held'), 'utf8'), 'in out in out in out ');
  });

  it('is taken over from a process that was killed', async () => {
    const lock = path.join(root, '.stowage-prepare.lock');
    const child = spawn(process.execPath, ['--input-type=module', '-e', hold(60_000)], { cwd: root });
    while (!existsSync(lock)) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    assert.ok(existsSync(lock));
    rmSync(path.join(root, 'held'));
    const runs = await Promise.all([runScript(hold(100)), runScript(hold(100))]);
    assert.deepEqual(
      runs.map(({ code }) => code),
      [0, 0],
    );
    assert.equal(readFileSync(path.join(root, 'held'), 'utf8'), 'in out in out ');
    assert.ok(!existsSync(lock));
  });
});

describe('the fingerprint of the sources', () => {
  it('follows what the build reads, and no tests', () => {
    put('app/page.tsx', 'one');
    const first = sourceFingerprint(root);
    put('app/page.test.tsx', 'a test');
    put('lib/cli/serve.ts', 'not bundled');
    put('README.md', 'words');
    assert.equal(sourceFingerprint(root), first);
    put('app/page.tsx', 'two');
    const second = sourceFingerprint(root);
    assert.notEqual(second, first);
    put('lib/client/deep/file.ts', 'new');
    assert.notEqual(sourceFingerprint(root), second);
  });
});
