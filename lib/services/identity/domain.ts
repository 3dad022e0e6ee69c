/** There is one domain, as in a Keystone that nobody divided. */
export const defaultDomain = { id: 'default', name: 'Default' } as const;

export function isDefaultDomain(domain: { id?: string | undefined; name?: string | undefined }): boolean {
  if (domain.id !== undefined) return domain.id === defaultDomain.id;
  // Keystone compares names as its database does: without regard to case.
  return domain.name !== undefined && domain.name.toLowerCase() === defaultDomain.name.toLowerCase();
}
