'use client';

import { useTranslations } from 'next-intl';
import type { Phrase, PhraseValue } from '#lib/contract/phrases.ts';
import { inEnglish } from '#lib/i18n/in-english.ts';
import { useFormat } from './quantity.tsx';

export interface SayPhrase {
  (phrase: Phrase): string;
  /** `english`: said where there is no phrase, or one that this console has no message for. */
  (phrase: Phrase | undefined, english: string): string;
}

/** What the server and the rules of formats say, in the reader's language. */
export function usePhrase(): SayPhrase {
  const t = useTranslations();
  const format = useFormat();
  const known = (key: string): key is Parameters<typeof t.has>[0] =>
    t.has(key as Parameters<typeof t.has>[0]);
  const say = ({ key, values = {} }: Phrase): string | null => {
    if (!known(key)) return null;
    const said: Record<string, string | number> = {};
    for (const [name, value] of Object.entries(values)) {
      const text = sayValue(value);
      if (text === null) return null;
      said[name] = text;
    }
    return t(key, said);
  };
  const sayValue = (value: PhraseValue): string | number | null => {
    if (typeof value !== 'object') return value;
    return 'key' in value ? say(value) : format.bytes(value.bytes);
  };
  return (phrase: Phrase | undefined, english?: string) =>
    (phrase && say(phrase)) ?? english ?? (phrase ? inEnglish(phrase) : '');
}
