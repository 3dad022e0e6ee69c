import { z } from 'zod';

/**
 * What is said to a person, so that it can be said in every language: the key of a message of `lib/i18n` and what stands
 * in it. Plain JSON. Whoever does not know the key takes the English sentence that comes with it.
 */
export interface Phrase {
  key: string;
  values?: Readonly<Record<string, PhraseValue>>;
}

/** Words that are the same in every language (names, numbers), a size, or another phrase. */
export type PhraseValue = string | number | { readonly bytes: number } | Phrase;

/** Of an error: what happened and what to do about it. */
export interface ErrorPhrases {
  sentence: Phrase;
  remedy?: Phrase;
}

/** As it stands in answers. What its values hold is left to whoever says it. */
export const PhraseSchema = z.object({
  key: z.string(),
  values: z.record(z.string(), z.unknown()).optional(),
}) as z.ZodType<Phrase>;
