import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ConfigDocument, KeyPath } from './document.ts';
import { systemCode } from './problems.ts';

/** The mapping with each `<key>_file` replaced by the key and what the file holds. */
export function withSecretFiles(
  mapping: unknown,
  secretKeys: readonly string[],
  document: ConfigDocument,
  part: KeyPath,
): unknown {
  if (!isMapping(mapping)) return mapping;
  const result = { ...mapping };
  for (const key of secretKeys) {
    const fileKey = `${key}_file`;
    if (!Object.hasOwn(result, fileKey)) continue;
    const place = [...part, fileKey];
    const named = result[fileKey];
    delete result[fileKey];
    if (Object.hasOwn(result, key)) {
      document.report(
        place,
        `${key} is given as well, and only one of the two can count.`,
        'Remove one of them.',
      );
      continue;
    }
    result[key] = readSecret(named, place, document);
  }
  return result;
}

/** On a problem a word that satisfies the schema, so that one mistake is not told twice. */
function readSecret(named: unknown, place: KeyPath, document: ConfigDocument): string {
  const unread = 'unread';
  if (typeof named !== 'string' || named === '') {
    document.report(
      place,
      'Expected the path of a file.',
      `Write for example ${place.at(-1)}: /etc/stowage/secret`,
    );
    return unread;
  }
  try {
    const content = readFileSync(path.resolve(document.directory, named), 'utf8').trimEnd();
    if (content !== '') return content;
    document.report(place, 'The file is empty.', 'Write the secret into it.');
  } catch (error) {
    document.report(
      place,
      `The file ${named} cannot be read: ${systemCode(error)}.`,
      'Name a file that this user may read.',
    );
  }
  return unread;
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
