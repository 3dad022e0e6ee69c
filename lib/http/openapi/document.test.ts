import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { toOpenApi } from './document.ts';
import { operations } from './operations.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test('every route of the console is described, and nothing that is not there', () => {
  const described = operations.map(({ method, path: of }) => `${method.toUpperCase()} ${of}`).toSorted();
  const files = [...globSync('app/api/v1/**/route.ts', { cwd: root }), 'app/api/events/route.ts'];
  const there = files.flatMap((file) => {
    const url = `/${path.dirname(file).slice('app/'.length)}`.replaceAll(/\[(\w+)\]/g, '{$1}');
    const source = readFileSync(path.join(root, file), 'utf8');
    return [...source.matchAll(/export const (GET|POST|PUT|PATCH|DELETE)\b/g)].map(
      ([, method]) => `${method} ${url}`,
    );
  });
  assert.deepEqual(described, there.toSorted());
});

test('the document is JSON, and what a query may hold is in it', () => {
  const document = JSON.parse(JSON.stringify(toOpenApi('0'))) as {
    paths: Record<string, Record<string, { parameters: { name: string; schema: { type?: string } }[] }>>;
  };
  const limit = document.paths['/api/v1/transfers']?.['get']?.parameters.find(({ name }) => name === 'limit');
  assert.equal(limit?.schema.type, 'integer');
});
