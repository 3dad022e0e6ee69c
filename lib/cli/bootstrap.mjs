// The entrance of every npm script. It is plain JavaScript that runs on Node 20 with nothing installed: it brings the
// packages, among them the Node 24 that everything else runs on, builds the console where that is needed, and then
// hands over to the TypeScript of the command.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './bootstrap/build.mjs';
import { ensureInstalled } from './bootstrap/install.mjs';
import { runtimeExecutable } from './bootstrap/platform.mjs';
import { PrepareError, say } from './bootstrap/report.mjs';
import { runToItsEnd } from './bootstrap/run.mjs';
import { serviceEnvironment, serviceFlags } from './bootstrap/service-flags.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

const service = { flags: serviceFlags, environment: serviceEnvironment };

/** What each command runs, what Node is told for it, and whether it needs the production build first. */
const commands = {
  start: { entry: 'lib/cli/serve.ts', ...service, build: true },
  dev: { entry: 'lib/cli/serve.ts', arguments: ['--dev'] },
  worker: { entry: 'lib/cli/worker.ts', ...service },
  check: { entry: 'lib/cli/check.ts' },
  'set-admin-password': { entry: 'lib/cli/set-admin-password.ts' },
  'replace-secret-key': { entry: 'lib/cli/replace-secret-key.ts' },
  'migrate-database': { entry: 'lib/cli/migrate-database.ts' },
  build: { build: true },
  test: { entry: 'e2e/run.ts' },
  verify: { entry: 'lib/cli/verify.ts' },
  bench: { entry: 'e2e/bench/run.ts', build: true },
  torture: { entry: 'e2e/torture/run.ts', build: true },
};

async function main() {
  const [name = 'start', ...rest] = process.argv.slice(2);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    throw new PrepareError(`There is no command "${name}". There are: ${Object.keys(commands).join(', ')}.`);
  }
  await ensureInstalled(root);
  const executable = runtimeExecutable(root);
  if (command.build) await ensureBuilt(root, executable);
  if (!command.entry) return 0;
  const entry = path.join(root, command.entry);
  if (!existsSync(entry)) throw new PrepareError(`${command.entry} is missing from this copy of Stowage.`);
  const told = [...(command.flags ?? []), entry, ...(command.arguments ?? []), ...rest];
  return runToItsEnd(executable, told, command.environment);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof PrepareError)) throw error;
  say(error.message);
  process.exitCode = error.exitCode;
}
