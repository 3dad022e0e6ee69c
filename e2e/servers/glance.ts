/** OpenStack's image service from Debian's package, from nothing, for tests: SQLite, directories, one process. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { requireDebian, type Skippable } from '#e2e/support/debian.ts';
import { freePort } from '#e2e/support/free-port.ts';
import { temporaryDirectory, type Cleanup } from '#e2e/support/temporary-directory.ts';
import type { TestKeystone } from './keystone.ts';
import { seedPassword } from './keystone-seed.ts';
import { programEnvironment, startProgram, waitForAnswer } from './program.ts';

const execute = promisify(execFile);

const glancePackages = ['glance-api', 'sqlite3'] as const;

export interface TestGlance {
  /** `http://127.0.0.1:<port>`: what is in the catalog. */
  readonly url: string;
  log(): string;
}

/**
 * Starts it behind a Keystone, with the directory stores `fast` (the default) and `cheap`, the policy that OpenStack
 * calls secure RBAC, and the standard metadata definitions. Null when it cannot be had here, and then a test is
 * skipped. For one request at a time: its SQLite locks under parallel ones. Takes ten seconds and half a gigabyte.
 */
export async function startGlance(
  test: Cleanup & Partial<Skippable>,
  keystone: TestKeystone,
): Promise<TestGlance | null> {
  const requirement = await requireDebian(glancePackages);
  if (!requirement.ok) {
    test.skip?.(requirement.reason);
    return null;
  }
  const directory = temporaryDirectory(test);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const configuration = writeConfiguration(directory, port, keystone.url);
  const run = (program: string, ...args: string[]) =>
    execute(program, args, { cwd: directory, env: programEnvironment(), maxBuffer: 16 * 1024 * 1024 });
  const manage = (...args: string[]) =>
    run('/usr/bin/glance-manage', '--config-file', configuration, ...args);
  await manage('db_sync');
  await run('/usr/bin/sqlite3', path.join(directory, 'glance.db'), 'PRAGMA journal_mode=WAL');
  await manage('db_load_metadefs', '/usr/share/glance-common/metadefs');
  const program = startProgram({
    command: ['glance-api', '--config-file', configuration],
    directory,
    logFile: path.join(directory, 'glance.log'),
    env: { TMPDIR: path.join(directory, 'tmp') },
  });
  test.after(() => program.stop());
  await waitForAnswer(url, program);
  await keystone.setEndpoint('image', 'glance', url);
  return { url, log: () => program.log() };
}

function writeConfiguration(directory: string, port: number, authUrl: string): string {
  for (const name of ['fast', 'cheap', 'staging', 'tasks', 'tmp', 'policy.d'])
    mkdirSync(path.join(directory, name));
  // A folder of its own: every file beside the configuration would be read as policy.
  writeFileSync(path.join(directory, 'policy.yaml'), '{}\n');
  const file = path.join(directory, 'glance-api.conf');
  writeFileSync(
    file,
    `[DEFAULT]
bind_host = 127.0.0.1
bind_port = ${port}
workers = 0
enabled_backends = fast:file, cheap:file
enabled_import_methods = [glance-direct,copy-image]
worker_self_reference_url = http://127.0.0.1:${port}
enforce_secure_rbac = true
[database]
connection = sqlite:///${directory}/glance.db
sqlite_synchronous = false
[glance_store]
default_backend = fast
[fast]
filesystem_store_datadir = ${directory}/fast
store_description = NVMe, for what boots every day
[cheap]
filesystem_store_datadir = ${directory}/cheap
[os_glance_staging_store]
filesystem_store_datadir = ${directory}/staging
[os_glance_tasks_store]
filesystem_store_datadir = ${directory}/tasks
[paste_deploy]
flavor = keystone
config_file = /usr/share/glance-common/glance-api-paste.ini
[oslo_policy]
policy_file = ${directory}/policy.yaml
policy_dirs = ${directory}/policy.d
enforce_scope = true
enforce_new_defaults = true
[keystone_authtoken]
www_authenticate_uri = ${authUrl}
auth_url = ${authUrl}
auth_type = password
project_domain_id = default
user_domain_id = default
project_name = service
username = glance
password = ${seedPassword}
`,
  );
  return file;
}
