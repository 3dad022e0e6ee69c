import { cookies } from 'next/headers';
import { getRequestConfig } from 'next-intl/server';
import { languages } from './languages.ts';
import type { Language } from './languages.ts';
import { messagesFor } from './messages.ts';

/** The language is the reader's, kept in a cookie and not in the URL: a link means the same page to everyone. */
export default getRequestConfig(async () => {
  const wanted = (await cookies()).get('stowage_language')?.value;
  const locale: Language = languages.find((language) => language === wanted) ?? 'en';
  return { locale, messages: messagesFor(locale), timeZone: 'UTC' };
});
