import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { openDirectRoutes } from './direct-routes.ts';
import { openHttpServer } from './http-server.ts';

/** A server with one route, and what it does not answer itself. */
async function serve(t: TestContext, route: string): Promise<{ url: string; others: string[] }> {
  const root = await mkdtemp(path.join(tmpdir(), 'stowage-routes-'));
  const folder = path.join(root, 'app/api/v1/things');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'route.ts'), route);
  const others: string[] = [];
  const handle = await openDirectRoutes(root, async (req, res) => {
    others.push(`${req.method} ${req.url}`);
    res.end();
  });
  const http = openHttpServer(handle, assert.ifError);
  const port = await http.listen('127.0.0.1', 0);
  t.after(async () => {
    await http.close(0, 0);
    await rm(root, { recursive: true });
  });
  return { url: `http://127.0.0.1:${port}/api/v1/things`, others };
}

test('a method that a route does not have is refused with those that it has', async (t) => {
  const { url, others } = await serve(t, 'export const GET = async () => Response.json([]);');
  for (const [method, status] of [
    ['GET', 200],
    ['HEAD', 200],
    ['OPTIONS', 204],
    ['DELETE', 405],
    ['POST', 405],
  ] as const) {
    const answer = await fetch(url, { method });
    assert.equal(answer.status, status, method);
    if (status !== 200) assert.equal(answer.headers.get('allow'), 'GET, HEAD, OPTIONS', method);
  }
  assert.deepEqual(others, [], 'nothing is loaded for it');
});
