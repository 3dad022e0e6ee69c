import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// `npm run verify`: what a minute can tell. Two steps at a time; each says what it has to say when it is done.

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const inPackages = (name: string) => path.join(root, 'node_modules/.bin', name);

interface Step {
  readonly name: string;
  readonly remedy: string;
  readonly command: readonly [string, ...string[]];
}

const steps: Step[] = [
  {
    name: 'types',
    remedy: 'npx tsc --noEmit',
    command: [inPackages('tsc'), '--noEmit', '--pretty', 'false'],
  },
  {
    name: 'format',
    remedy: 'npm run format',
    command: [inPackages('prettier'), '--check', '--cache', '--log-level', 'warn', '.'],
  },
  { name: 'lint', remedy: 'npx oxlint', command: [inPackages('oxlint')] },
  {
    name: 'unit tests',
    remedy: 'npm test -- lib/',
    command: [process.execPath, path.join(root, 'e2e/run.ts'), '--unit', ...process.argv.slice(2)],
  },
];

function runStep({ name, remedy, command: [file, ...args] }: Step): Promise<boolean> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const output: Buffer[] = [];
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.once('error', (error) => output.push(Buffer.from(`${error.message}\n`)));
    child.once('close', (code) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      const text = Buffer.concat(output).toString();
      if (code !== 0) process.stdout.write(text);
      else if (name === 'unit tests') process.stdout.write(`${text.trim().split('\n').at(-1)}\n`);
      process.stdout.write(
        `${code === 0 ? '✔' : '✖'} ${name} (${seconds} s)${code === 0 ? '' : `: see ${remedy}`}\n`,
      );
      resolve(code === 0);
    });
  });
}

const waiting = [...steps];
const outcomes: boolean[] = [];
const worker = async () => {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift())
    outcomes.push(await runStep(step));
};
await Promise.all([worker(), worker()]);
process.exitCode = outcomes.every(Boolean) ? 0 : 1;
