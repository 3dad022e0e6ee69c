import type { Phrase, PhraseValue } from '../contract/phrases.ts';
import formats from './en/formats.json' with { type: 'json' };

/** Messages that the server says as well: they hold plain `{values}` and nothing else of ICU. */
const messages = { formats } as const;

/** `formats.refusal.truncated`, … */
type KeysOf<Group extends Record<string, Record<string, string>>> = {
  [Name in keyof Group & string]: `${Name}.${keyof Group[Name] & string}`;
}[keyof Group & string];
export type FormatsKey = KeysOf<typeof formats>;

/** Bytes as people read them: IEC units, one decimal. */
export function sizeInWords(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  const unit = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** unit;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** For programs, logs and whoever speaks English; the console says it from the same messages in the reader's language. */
export function inEnglish({ key, values = {} }: Phrase): string {
  return messageOf(key).replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : valueInEnglish(value);
  });
}

function valueInEnglish(value: PhraseValue): string {
  if (typeof value !== 'object') return String(value);
  return 'key' in value ? inEnglish(value) : sizeInWords(value.bytes);
}

/** A key that is no message is the mistake of a programmer; a person gets the key instead of nothing. */
function messageOf(key: string): string {
  let found: unknown = messages;
  for (const part of key.split('.')) {
    found =
      typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[part] : undefined;
  }
  return typeof found === 'string' ? found : key;
}
