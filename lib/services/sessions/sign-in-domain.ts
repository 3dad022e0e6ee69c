import { getRuntime } from '#lib/runtime/runtime.ts';
import { defaultDomain } from '../identity/domain.ts';

/** The domain that the sign-in page begins with; null where there is only one, and nobody is asked. */
export function signInDomain(): string | null {
  return getRuntime().config.identity.mode === 'keystone' ? defaultDomain.name : null;
}
