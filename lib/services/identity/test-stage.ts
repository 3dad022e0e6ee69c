/** What tests of identity share: a database of its own for each, a clock that stands, people whose passwords cost little. */
import { scryptSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach } from 'node:test';
import { pino } from 'pino';
import { systemActor, type Actor } from '#lib/auth/actor.ts';
import { openPolicy, type Policy } from '#lib/auth/policy-set.ts';
import type { Database } from '#lib/db/database.ts';
import type { ProjectRow, UserRow } from '#lib/db/define-schema.ts';
import { insertUser } from '#lib/db/repositories/identity.ts';
import { makeTestDatabase, type TestDatabase } from '#lib/db/test-support.ts';
import { assignRole } from './assign-role.ts';
import { createProject } from './create-project.ts';
import { newIdentityId } from './new-id.ts';

const log = pino({ level: 'silent' });

export interface IdentityRuntime {
  db: Database;
  now: () => number;
  log: typeof log;
  policy: Policy;
  keystone: null;
}

export interface IdentityStage {
  /** Milliseconds since the epoch; it stands until a test moves it. */
  time: number;
  runtime: IdentityRuntime;
  system: { runtime: IdentityRuntime; actor: Actor };
  /** The database once more, as another process has it. */
  open(options?: { poolSize: number }): Promise<Database>;
  /** With the password `pw`, a project `<name>-project` and the role member there. */
  makeMember(name: string): Promise<{ user: UserRow; project: ProjectRow }>;
  /** With the password `pw`, and without any role. */
  makeUser(name: string, defaultProjectId?: string): Promise<UserRow>;
}

/** For the top level of a test file: sets the stage before each of its tests. */
export function stageIdentity(): IdentityStage {
  const directory = mkdtempSync(path.join(tmpdir(), 'stowage-identity-'));
  const opened: Database[] = [];
  let database: TestDatabase;
  const stage = {
    time: 0,
    async open(options) {
      const db = await database.open({ now: () => stage.time, ...options });
      opened.push(db);
      return db;
    },
    async makeUser(name, defaultProjectId) {
      const user = {
        id: newIdentityId(),
        name,
        password_hash: cheapHash,
        default_project_id: defaultProjectId ?? null,
        enabled: true,
        description: '',
        email: null,
        created_at: stage.time,
        updated_at: stage.time,
      };
      await stage.runtime.db.transaction((transaction) => insertUser(transaction, user));
      return user;
    },
    async makeMember(name) {
      const project = await createProject(stage.system, { name: `${name}-project` });
      const user = await stage.makeUser(name, project.id);
      await assignRole(stage.system, { userId: user.id, projectId: project.id, role: 'member' });
      return { user, project };
    },
  } as IdentityStage;
  beforeEach(async () => {
    stage.time = Date.UTC(2026, 0, 1);
    database = await makeTestDatabase(directory);
    stage.runtime = {
      db: await stage.open(),
      now: () => stage.time,
      log,
      policy: openPolicy(),
      keystone: null,
    };
    stage.system = { runtime: stage.runtime, actor: systemActor };
  });
  after(async () => {
    for (const db of opened) await db.close();
    rmSync(directory, { recursive: true });
  });
  return stage;
}

export const bearer = (token: string) => new Headers({ 'x-auth-token': token });

/** What `createToken` takes for somebody with a password. */
export const password = (name: string, text: string) => ({
  proof: { method: 'password' as const, user: { name }, password: text },
  project: null,
  address: null,
  client: null,
});

/** Of `pw`: the cost stands in the hash, and that of real ones is a quarter of a second for each who signs in. */
const cheapHash = (() => {
  const salt = Buffer.alloc(16, 7);
  const hash = scryptSync('pw', salt, 32, { N: 2 ** 4, r: 8, p: 1 });
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  return `$scrypt$ln=4,r=8,p=1$${text(salt)}$${text(hash)}`;
})();
