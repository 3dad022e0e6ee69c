/**
 * Access rules of application credentials: the requests that such a token is good for, and no others. They are enforced
 * by the service that is called (the Identity API reference, "Application Credentials").
 */
import { StowageError } from '#lib/contract/errors.ts';

export const accessRuleMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Of one credential: each is compared with the path of every request. */
export const ruleLimitCount = 100;
/** Keystone takes no longer path in a rule. */
export const rulePathLimitCharacters = 225;
/** Longer than the path of any resource that is named in one: no rule allows what is longer still. */
const longestPath = 2048;

export interface AccessRule {
  id: string;
  /** Type in the catalog: `image`. */
  service: string;
  method: string;
  /** `*` and `{name}` stand for one part of the path, `**` for any number of them. */
  path: string;
}

/** A caller, as far as access rules are concerned. */
interface Bearer {
  accessRules: readonly AccessRule[] | null;
  serviceRoles: readonly string[];
}

/**
 * Throws `unauthenticated`, as OpenStack's services answer it, unless a rule allows the request. A service that acts for
 * the bearer and proves it (`X-Service-Token`) is not held by them: what it does on the way it knows itself.
 */
export function assertAccessRules(bearer: Bearer, { method, url }: { method: string; url: string }): void {
  const { accessRules, serviceRoles } = bearer;
  if (accessRules === null || serviceRoles.length > 0) return;
  const { service, path, whole } = targetOf(new URL(url).pathname);
  // A token can always be asked about.
  if (service === 'identity' && method === 'GET' && path === '/v3/auth/tokens') return;
  const isAllowed = accessRules.some(
    (rule) =>
      rule.service === service &&
      rule.method.toUpperCase() === method &&
      (matchesPath(rule.path, path) || matchesPath(rule.path, whole)),
  );
  if (isAllowed) return;
  throw new StowageError(
    'unauthenticated',
    `The access rules of this application credential do not allow ${method} ${path} of the service ${service}.`,
    { remedy: 'Use a credential with a rule for it, or one without access rules.' },
  );
}

/** Whose path it is, and that path as its endpoint in the catalog counts it. The console counts as the image service. */
function targetOf(pathname: string): { service: string; path: string; whole: string } {
  const match = /^\/(image|identity)(\/.*)?$/.exec(pathname);
  if (match?.[1] === undefined) return { service: 'image', path: pathname, whole: pathname };
  return { service: match[1], path: match[2] ?? '/', whole: pathname };
}

/**
 * Whether a rule's path takes this one. Walks both at the same time with every place that the pattern may stand at, each
 * a bit, so that no pattern can make it slow.
 */
export function matchesPath(pattern: string, path: string): boolean {
  if (path.length > longestPath) return false;
  const parts = pattern.match(/\{[^}]*\}|(?:\*\*)+|\*|[^]/g) ?? [];
  const literals = new Map<string, bigint>();
  let onePart = 0n;
  let anyParts = 0n;
  parts.forEach((part, place) => {
    const bit = 1n << BigInt(place);
    if (part.startsWith('**')) anyParts |= bit;
    else if (part === '*' || part.length > 1) onePart |= bit;
    else literals.set(part, (literals.get(part) ?? 0n) | bit);
  });
  // `**` may stand for nothing at all.
  const withSkips = (places: bigint) => places | ((places & anyParts) << 1n);
  let places = withSkips(1n);
  for (const character of path) {
    const wild = character === '/' ? 0n : onePart;
    const gone = places & (wild | (literals.get(character) ?? 0n));
    places = withSkips((places & (wild | anyParts)) | (gone << 1n));
    if (places === 0n) return false;
  }
  return ((places >> BigInt(parts.length)) & 1n) === 1n;
}
