import type { Config } from '#lib/config/config.ts';
import { baseUrl } from '../base-url.ts';

/** Where who is answered 401 gets a token, as Keystone's middleware says it. */
export function wwwAuthenticate(request: Request, config: Pick<Config, 'publicUrl' | 'identity'>): string {
  const { identity } = config;
  const uri =
    identity.mode === 'keystone' ? identity.keystone.publicUrl : `${baseUrl(request, config)}/identity`;
  return `Keystone uri="${uri}"`;
}
