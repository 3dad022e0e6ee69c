/**
 * Loads what a service is made of and opens nothing, so that Node has it compiled (see `compiledDirectory`) when the
 * service starts for the first time: it may then run for months with what that start has loaded.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openHashPool } from '#lib/pipeline/hash-pool.ts';
import { driverFactories } from '#lib/stores/drivers/factories.ts';
import { openDirectRoutes } from './direct-routes.ts';
import './http-server.ts';
import './logger.ts';
import './read-config.ts';
import './security-headers.ts';
import './stop-signals.ts';
import '#lib/runtime/open-runtime.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
await Promise.all([
  import('#lib/db/sqlite.ts'),
  import('#lib/db/postgres.ts'),
  import('#lib/keystone/keystone.ts'),
  ...Object.values(driverFactories).map((load) => load()),
  openDirectRoutes(root, () => Promise.reject(new Error('nobody asks here'))),
]);
// These run when they are loaded; behind an import that throws they are only compiled.
const refusal = 'data:text/javascript,throw "compiled"';
for (const entry of ['serve.ts', 'worker.ts']) {
  const both = [refusal, new URL(entry, import.meta.url).href].map((url) => `import ${JSON.stringify(url)};`);
  await import(`data:text/javascript,${encodeURIComponent(both.join(''))}`).catch((thrown: unknown) =>
    assert.equal(thrown, 'compiled'),
  );
}
// What its threads load is compiled when they end.
const pool = openHashPool();
await pool.openSession({ hashes: ['sha512', 'md5'], position: 0 }).digests();
await pool.close();
