import type { TestKeystone } from '#e2e/servers/keystone.ts';
import { seedPassword } from '#e2e/servers/keystone-seed.ts';

/**
 * stowage.yaml of a Stowage whose users are kept by this Keystone. A second is what its answers are believed for.
 * `section`: further lines below `identity.keystone`, indented.
 */
export function keystoneConfig({ url }: Pick<TestKeystone, 'url'>, more = '', section = ''): string {
  return `identity:
  mode: keystone
  keystone:
    auth_url: ${url}
    username: stowage
    password: ${seedPassword}
    project: service
    region: RegionOne
    cache_seconds: 1
${section}${more}`;
}
