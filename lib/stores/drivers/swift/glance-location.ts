interface Place {
  auth_url: string;
  container: string;
}

/**
 * The key of the object that a location of Glance's Swift store names, null when it lies in another container or at
 * another Swift. Glance writes `swift+config://<reference>/<container>/<object>` (multi-store: the reference is a
 * section of its own configuration, which is not known here) and `swift://`, `swift+http://`, `swift+https://` with
 * `<user>:<password>@<auth URL without its scheme>/<container>/<object>`. The credentials are not looked at.
 */
export function keyOfGlanceLocation(location: string, options: Place): string | null {
  const match = /^(swift(?:\+config|\+https?)?):\/\/(?:[^@/]*@)?(.+)\/([^/]+)\/([^/]+)$/.exec(location);
  if (match === null) return null;
  const [, scheme = '', place = '', container = '', object = ''] = match;
  const key = decoded(object);
  if (key === null || decoded(container) !== options.container) return null;
  if (scheme === 'swift+config') return key;
  return isSamePlace(place, options) ? key : null;
}

/** Where an object lies, without user and password: `swift+https://<auth URL without its scheme>/<container>/<object>`. */
export function glanceLocationOf(key: string, { auth_url, container }: Place): string {
  const { protocol, host, pathname } = new URL(auth_url);
  return `swift+${protocol}//${host}${pathname.replace(/\/$/, '')}/${encodeURIComponent(container)}/${key}`;
}

/** Host and port of the auth URL; its path differs with the version of the protocol that Glance spoke. */
function isSamePlace(place: string, { auth_url }: Place): boolean {
  return place.split('/')[0]?.toLowerCase() === new URL(auth_url).host;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    // No percent-encoding: Glance did not write this.
    return null;
  }
}
