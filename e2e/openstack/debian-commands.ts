import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { debianEnvironment } from '#e2e/support/debian.ts';
import { adminPassword, type TestServer } from '#e2e/support/server.ts';
import type { ClientProgram, CommandServer, Outcome } from './command-server.ts';

/** Debian's `openstack` and `glance`, signed in to one server as people would be. */
export interface Commands {
  openstack(...args: string[]): Promise<string>;
  glance(...args: string[]): Promise<string>;
  /** For what must fail: how it ended. */
  attempt(program: ClientProgram, ...args: string[]): Promise<Outcome>;
}

export interface Identity {
  name: string;
  password: string;
  project: string;
}

export interface CommandOptions {
  /** The administrator unless told. */
  readonly identity?: Identity;
  /** What runs them; otherwise each is started by its script in /usr/bin, which takes one to two seconds of Python. */
  readonly through?: CommandServer;
}

const administrator: Identity = { name: 'admin', password: adminPassword, project: 'admin' };

export function debianCommands(
  server: TestServer,
  directory: string,
  { identity: { name, password, project } = administrator, through }: CommandOptions = {},
): Commands {
  const env = {
    ...debianEnvironment(),
    OS_AUTH_URL: `${server.url}/identity/v3`,
    OS_USERNAME: name,
    OS_PASSWORD: password,
    OS_PROJECT_NAME: project,
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_IDENTITY_API_VERSION: '3',
  };
  const attempt: Commands['attempt'] = (program, ...args) =>
    through?.run(program, args, env) ?? run(`/usr/bin/${program}`, args, env, directory);
  const succeed = async (program: ClientProgram, args: string[]) => {
    const { code, stdout, stderr } = await attempt(program, ...args);
    if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  };
  return {
    openstack: (...args) => succeed('openstack', args),
    glance: (...args) => succeed('glance', args),
    attempt,
  };
}

function run(program: string, args: string[], env: NodeJS.ProcessEnv, cwd: string): Promise<Outcome> {
  // glance takes a standard input that is no terminal for the image's data.
  const terminal = openSync('/dev/ptmx', 'r+');
  return new Promise<Outcome>((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: [terminal, 'pipe', 'pipe'], timeout: 120_000 });
    let [stdout, stderr] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  }).finally(() => closeSync(terminal));
}
