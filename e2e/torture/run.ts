/** `npm run torture -- --seconds N --seed S`: see `torture.ts`. Ends with 1 when a promise was broken. */
import { parseArgs } from 'node:util';
import { torture } from './torture.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '600' }, seed: { type: 'string' } },
});
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
if (!Number.isFinite(seconds) || !Number.isSafeInteger(seed)) {
  throw new Error('--seconds and --seed are numbers');
}
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const endings: (() => void | Promise<void>)[] = [];
say(`torture for ${seconds} s with --seed ${seed}`);
try {
  const report = await torture({ after: (done) => void endings.push(done) }, { seconds, seed, say });
  say(JSON.stringify(report.counts));
  for (const line of report.broken) say(`BROKEN: ${line}`);
  say(
    report.broken.length === 0 ? 'every promise was kept' : `${report.broken.length} broken, --seed ${seed}`,
  );
  process.exitCode = report.broken.length === 0 ? 0 : 1;
} finally {
  for (const end of endings.toReversed()) await end();
}
