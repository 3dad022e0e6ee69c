export const languages = ['en'] as const;
export type Language = (typeof languages)[number];

/** What `Intl` is asked for: English words with the day before the month and a 24 hour clock, as the design writes them. */
export const regionOf: Record<Language, string> = { en: 'en-GB' };
