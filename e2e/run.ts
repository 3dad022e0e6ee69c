import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ensureBuilt } from '#lib/cli/bootstrap/build.mjs';
import { compiledDirectory } from '#lib/cli/bootstrap/service-flags.mjs';
import { keystonePackages } from './servers/keystone.ts';
import { swiftPackages } from './servers/swift.ts';
import { runOnPostgres, testsOfDatabase } from './support/database-tests.ts';
import { requireDebian } from './support/debian.ts';
import { groupFiles } from './support/groups.ts';
import { runJourneys } from './support/journeys.ts';
import { runNodeTests } from './support/node-tests.ts';
import { reaches } from './support/reaches.ts';
import { root } from './support/server.ts';
import { print, printSummary, unlistedSkips, type Summary } from './support/summary.ts';

// `npm test [-- part-of-a-path…]`: everything, or the files whose path holds one of the words. `--unit` leaves out
// what needs a build or a server, and what is named *.slow.test.ts because it takes longer than a developer waits. What
// opens a database runs twice, on SQLite and then on PostgreSQL. Files that start servers of others come after these;
// those named *.serial.test.ts, which measure time, run one at a time, last.

/** What tests of the whole run use, fetched in one go; a test that needs more says so itself. */
const packages = [
  'qemu-utils',
  'chromium',
  'postgresql',
  'xfsprogs',
  'btrfs-progs',
  // Clients of the Images API …
  'python3-openstackclient',
  'python3-glanceclient',
  'golang-go',
  'golang-github-gophercloud-gophercloud-dev',
  // … and the services that it is compared with.
  ...keystonePackages,
  ...swiftPackages,
  'glance-api',
];
const minute = 60_000;

const words = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unitOnly = process.argv.includes('--unit');

const find = (pattern: string) =>
  globSync(pattern, { cwd: root })
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
    .sort();
/** They start servers of others (Ceph, Swift, Keystone): after the unit tests, and not in verify. */
const startsServers = (file: string) => reaches(root, file, (name) => name.startsWith('e2e/servers/'));
const ofLib = find('lib/**/*.test.ts');
const unit = ofLib.filter((file) => !startsServers(file) && !(unitOnly && file.endsWith('.slow.test.ts')));
/** They try PostgreSQL itself, and there is none in a run on SQLite. */
const postgresOnly = unit.filter((file) => file.endsWith('.postgres.test.ts'));
/** With the servers of their stores, but without a Stowage. */
const ofDrivers = unitOnly ? [] : ofLib.filter(startsServers);
const endToEnd = unitOnly ? [] : find('e2e/**/*.test.ts');
const journeys = unitOnly ? [] : find('e2e/journeys/*.spec.ts');
const serial = endToEnd.filter((file) => file.endsWith('.serial.test.ts'));
const withServers = endToEnd.filter((file) => !serial.includes(file) && startsServers(file));
const parallel = endToEnd.filter((file) => !serial.includes(file) && !withServers.includes(file));

const summary: Summary = { passed: 0, durations: [], failed: [], skipped: [] };
// Programs of packages, and Node 24 for what tests start themselves, come before the system's.
process.env.PATH = `${path.join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}`;
// Every test file is a process that loads much the same.
process.env.NODE_COMPILE_CACHE ??= compiledDirectory;

if (unit.length + ofDrivers.length + endToEnd.length + journeys.length === 0) {
  print(`No test file has ${words.join(' or ')} in its path.`);
  process.exit(1);
}
// Fetched beside the unit tests: those few that need one of them wait.
const fetched = !unitOnly && words.length === 0 ? requireDebian(packages) : null;
const needsPackages = (file: string) =>
  readFileSync(path.join(root, file), 'utf8').includes('support/debian.ts');
const many = { root, concurrency: 2, fileTimeoutMilliseconds: 5 * minute };
const grouped = (files: readonly string[]) => {
  const { groups, alone } = groupFiles(root, files, 2);
  return { ...many, files: alone, groups };
};
const onSqlite = unit.filter((file) => !postgresOnly.includes(file));
await runNodeTests(grouped(onSqlite.filter((file) => !needsPackages(file))), summary);
const requirement = await fetched;
if (requirement?.ok === false) print(`Some tests will be skipped: ${requirement.reason}.`);
await runNodeTests(grouped(onSqlite.filter(needsPackages)), summary);
if (!unitOnly) await runOnPostgres(grouped(testsOfDatabase(root, unit)), summary);
const long = { root, concurrency: 2, fileTimeoutMilliseconds: 10 * minute };
const needsBuild = endToEnd.length + journeys.length > 0;
// Beside each other: for much of its time the build keeps one core busy, and the drivers wait for their servers.
await Promise.all([
  needsBuild ? ensureBuilt(root, process.execPath) : null,
  runNodeTests({ ...long, files: ofDrivers }, summary),
]);
if (needsBuild) process.env.STOWAGE_TESTS_BUILT = 'yes';
// What takes longest first, so that in the end no core waits for the other.
await runNodeTests({ ...long, files: [...withServers, ...parallel] }, summary);
await runNodeTests({ root, files: serial, concurrency: 1, fileTimeoutMilliseconds: 15 * minute }, summary);
await runJourneys(root, journeys, summary);

const unlisted =
  process.env.CI === 'true' ? unlistedSkips(summary.skipped, path.join(root, 'e2e/skips.json')) : [];
printSummary(summary, unlisted);
const nothingRan = summary.passed + summary.failed.length === 0;
if (nothingRan) print('No test ran.');
process.exit(summary.failed.length + unlisted.length > 0 || nothingRan ? 1 : 0);
