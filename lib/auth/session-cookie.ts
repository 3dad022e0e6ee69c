/** `__Host-` binds the cookie to this host and to https; over plain http browsers do not take that name. */
const overHttps = '__Host-stowage';
const overHttp = 'stowage_session';

/** How long a browser keeps it; the session in the database decides whether it is still worth something. */
const maxAgeSeconds = 14 * 24 * 3600;

/**
 * Where everybody comes over https, the other name is not looked at: a neighbour below the same domain could give a
 * visitor a session of its own by it.
 */
export function readSessionCookie(headers: Headers, publicUrl: string | null): string | null {
  const cookies = headers.get('cookie');
  if (cookies === null) return null;
  let found: string | null = null;
  for (const part of cookies.split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === overHttps) return value ?? null;
    if (name === overHttp && !publicUrl?.startsWith('https:')) found = value ?? null;
  }
  return found;
}

export function sessionCookie(token: string, https: boolean): string {
  return https
    ? `${overHttps}=${token}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax; Secure`
    : `${overHttp}=${token}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax`;
}

/** Both names, because the way to the server may have changed since signing in. */
export function expiredSessionCookies(https: boolean): string[] {
  return [
    `${overHttp}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`,
    ...(https ? [`${overHttps}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure`] : []),
  ];
}
