import assert from 'node:assert/strict';
import test from 'node:test';
import { createTranslator } from 'next-intl';
import { inEnglish } from './in-english.ts';
import { messagesFor } from './messages.ts';

test('the server says every message of formats as the console does', () => {
  const english = messagesFor('en');
  const t = createTranslator({ locale: 'en', messages: english });
  for (const [group, messages] of Object.entries(english.formats)) {
    for (const [name, message] of Object.entries(messages as Record<string, string>)) {
      const key = `formats.${group}.${name}`;
      const values = Object.fromEntries(
        Array.from(message.matchAll(/\{(\w+)\}/g), ([, value = '']) => [value, `<${value}'s>`]),
      );
      assert.equal(inEnglish({ key, values }), t(key as Parameters<typeof t>[0], values), key);
    }
  }
});

test('puts phrases and sizes into a phrase', () => {
  const missing = {
    key: 'formats.missing.only-so-many-bytes',
    values: { found: { bytes: 512 * 1024 }, needed: { bytes: 1024 ** 2 } },
  };
  assert.equal(
    inEnglish({ key: 'formats.refusal.truncated', values: { format: 'qcow2 v3', missing } }),
    'This qcow2 v3 file ends too early: 512.0 KiB are here, at least 1.0 MiB belong to it.',
  );
});
