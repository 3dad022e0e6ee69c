import type { Config } from '../config/config.ts';

/** Where the caller reaches this server, without a slash at its end: what is configured, else what the request says. */
export function baseUrl(request: Request, { publicUrl }: Pick<Config, 'publicUrl'>): string {
  if (publicUrl !== null) return publicUrl;
  const url = new URL(request.url);
  const protocol =
    request.headers.get('x-forwarded-proto')?.split(',')[0]?.trim() ?? url.protocol.slice(0, -1);
  const host = request.headers.get('host') ?? url.host;
  return `${protocol === 'https' ? 'https' : 'http'}://${host}`;
}

export function isHttps(request: Request, config: Pick<Config, 'publicUrl'>): boolean {
  return baseUrl(request, config).startsWith('https:');
}
