import type { HttpClient } from '#e2e/support/http.ts';

/** Of every seeded user but the administrator. */
export const seedPassword = 'pw';

/** Who may do what where; `system` is a role on the whole system instead of in a project. */
export const seedUsers: readonly {
  readonly name: string;
  readonly project?: string;
  readonly roles?: readonly string[];
  readonly system?: string;
}[] = [
  { name: 'glance', project: 'service', roles: ['admin', 'service', 'swiftoperator'] },
  { name: 'swift', project: 'service', roles: ['admin', 'service'] },
  { name: 'stowage', project: 'service', roles: ['admin', 'service'] },
  { name: 'alpha-admin', project: 'alpha', roles: ['admin'] },
  { name: 'alpha-member', project: 'alpha', roles: ['member', 'swiftoperator'] },
  { name: 'alpha-reader', project: 'alpha', roles: ['reader'] },
  { name: 'beta-member', project: 'beta', roles: ['member', 'swiftoperator'] },
  { name: 'beta-reader', project: 'beta', roles: ['reader'] },
  { name: 'sys-admin', system: 'admin' },
  { name: 'sys-reader', system: 'reader' },
];

/** Fills a fresh Keystone (where `admin`, `member` and `reader` exist) with projects and users in domain Default. */
export async function seedKeystone(admin: HttpClient): Promise<void> {
  const roles = new Map<string, string>();
  const listed = await admin.json<{ roles: { id: string; name: string }[] }>('GET', '/roles', 200);
  for (const { id, name } of listed.roles) roles.set(name, id);
  for (const name of new Set(seedUsers.flatMap((user) => user.roles ?? []))) {
    if (!roles.has(name)) roles.set(name, await create(admin, 'role', { name }));
  }
  const projects = new Map<string, string>();
  for (const name of new Set(seedUsers.flatMap((user) => user.project ?? []))) {
    projects.set(name, await create(admin, 'project', { name, domain_id: 'default' }));
  }
  for (const { name, project, roles: names = [], system } of seedUsers) {
    const user = await create(admin, 'user', { name, password: seedPassword, domain_id: 'default' });
    for (const role of names) {
      const grant = `/projects/${projects.get(project ?? '')}/users/${user}/roles/${roles.get(role)}`;
      await admin.json('PUT', grant, 204);
    }
    if (system !== undefined)
      await admin.json('PUT', `/system/users/${user}/roles/${roles.get(system)}`, 204);
  }
}

async function create(
  admin: HttpClient,
  noun: 'role' | 'project' | 'user',
  values: Readonly<Record<string, string>>,
): Promise<string> {
  const made = await admin.json<Record<string, { id: string }>>('POST', `/${noun}s`, 201, { [noun]: values });
  const id = made[noun]?.id;
  if (id === undefined) throw new Error(`Keystone gave the ${noun} ${values['name']} no id`);
  return id;
}
