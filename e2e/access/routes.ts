import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '#e2e/support/server.ts';

const verbs = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** Every method of every route that app/ serves, as `GET /image/v2/images/{id}`; methods that are only refused are left out. */
export function listRoutes(): string[] {
  return globSync('app/**/route.ts', { cwd: root })
    .flatMap((file) => {
      const url = `/${path.dirname(file).slice('app/'.length)}`
        .replace(/\/\[\[\.\.\.\w+\]\]$/, '')
        .replaceAll(/\[(?:\.\.\.)?(\w+)\]/g, '{$1}');
      return methodsOf(readFileSync(path.join(root, file), 'utf8')).map((method) => `${method} ${url}`);
    })
    .toSorted();
}

/** Exported by name, or given to one of the functions that refuse the others. */
function methodsOf(source: string): string[] {
  const given = /= (?:image|identity)Methods\(\{([^]*)\}\);/.exec(source)?.[1];
  if (given !== undefined) return verbs.filter((verb) => new RegExp(`^ {2}${verb}:`, 'm').test(given));
  // Whatever is asked of it, it says that there is nothing.
  if (/= unknownPath\(/.test(source)) return ['GET'];
  return verbs.filter((verb) => new RegExp(`^export (?:const|async function) ${verb}\\b`, 'm').test(source));
}
