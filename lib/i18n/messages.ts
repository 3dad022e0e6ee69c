import type { Language } from './languages.ts';
import apiTokens from './en/api-tokens.json' with { type: 'json' };
import common from './en/common.json' with { type: 'json' };
import credentials from './en/credentials.json' with { type: 'json' };
import formats from './en/formats.json' with { type: 'json' };
import images from './en/images.json' with { type: 'json' };
import people from './en/people.json' with { type: 'json' };
import programs from './en/programs.json' with { type: 'json' };
import settings from './en/settings.json' with { type: 'json' };
import shell from './en/shell.json' with { type: 'json' };
import signIn from './en/sign-in.json' with { type: 'json' };
import stores from './en/stores.json' with { type: 'json' };
import transfers from './en/transfers.json' with { type: 'json' };
import uploads from './en/uploads.json' with { type: 'json' };

/** English is the language that every key exists in; the types of `useTranslations` come from it. */
const english = {
  apiTokens,
  common,
  credentials,
  formats,
  images,
  people,
  programs,
  settings,
  shell,
  signIn,
  stores,
  transfers,
  uploads,
};

export type Messages = typeof english;
export function messagesFor(_language: Language): Messages {
  return english;
}
