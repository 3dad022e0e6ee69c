/**
 * Minor versions that clients look for: 2.8 to 2.13 say that there are several stores. 2.14 and up of the cache are
 * left out, and 2.17 (locations) comes with its calls.
 */
const minors = [15, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0];

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
