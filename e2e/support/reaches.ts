import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Whether this file imports one of these, itself or by way of others. Paths count from `root`. */
export function reaches(
  root: string,
  file: string,
  isOneOfThese: (file: string) => boolean,
  seen: Set<string> = new Set(),
): boolean {
  if (isOneOfThese(file)) return true;
  if (seen.has(file)) return false;
  seen.add(file);
  return importsOf(root, file).some((name) => reaches(root, name, isOneOfThese, seen));
}

function importsOf(root: string, file: string): string[] {
  if (!existsSync(path.join(root, file))) return [];
  const source = readFileSync(path.join(root, file), 'utf8');
  return [...source.matchAll(/(?:from|import)\s*\(?'((?:#lib|#e2e|\.{1,2})\/[^']*\.tsx?)'/g)].map(
    ([, name = '']) =>
      name.startsWith('#') ? name.slice(1) : path.normalize(path.join(path.dirname(file), name)),
  );
}
