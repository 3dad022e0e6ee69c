/**
 * Minor versions that clients look for: 2.8 to 2.13 say that there are several stores, 2.17 that locations have calls of
 * their own. Those that only tell of a cache (2.14, 2.16) are left out.
 */
const minors = [17, 15, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0];

/** `base`: where the caller reaches this server. */
export function toVersionsJson(base: string) {
  return {
    versions: minors.map((minor, index) => ({
      id: `v2.${minor}`,
      status: index === 0 ? 'CURRENT' : 'SUPPORTED',
      links: [{ rel: 'self', href: `${base}/image/v2/` }],
    })),
  };
}
