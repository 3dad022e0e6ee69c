import { StowageError } from '#lib/contract/errors.ts';

/** There is one domain, as in a Keystone that nobody divided. */
export const defaultDomain = { id: 'default', name: 'Default' } as const;

export function isDefaultDomain(domain: { id?: string | undefined; name?: string | undefined }): boolean {
  if (domain.id !== undefined) return domain.id === defaultDomain.id;
  // Keystone compares names as its database does: without regard to case.
  return domain.name !== undefined && domain.name.toLowerCase() === defaultDomain.name.toLowerCase();
}

/** Throws for a domain that there is not: what is made would lie elsewhere than was asked for. The code is Keystone's. */
export function assertDefaultDomain(id: string | null | undefined, code: 'bad_request' | 'not_found'): void {
  if (id === null || id === undefined || id === defaultDomain.id) return;
  throw new StowageError(code, `Could not find domain: ${id}.`, {
    field: 'domain_id',
    remedy: `There is one domain, ${defaultDomain.id}.`,
  });
}
