import { globSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Methods } from '#lib/http/methods.ts';
import { answerDirectly } from '#lib/http/direct-answer.ts';
import type { Handle } from './http-server.ts';

/** Below `app/`: everything that is no page, but for the events that a page listens to. */
const withoutPages = '{image,identity,healthz,readyz,healthcheck,metrics,api/uploads,api/v1}';

/** Loaded with the start, so that the first upload, download or list does not wait for it. Others when they are asked. */
const loadedAtStart =
  /^(readyz|api\/uploads|image\/v2\/images(\/\[id\](\/file)?)?|identity\/v3\/auth\/tokens)\//;

/** In these nothing is encoded: they mean themselves. */
const segment = String.raw`[\w~:@-][\w.~:@-]*`;

/**
 * The routes of all APIs, answered without Next: its routing and its request and response objects cost about
 * 2.5 ms of processor time for each request, which was more than a small upload or the reading of an image needs for
 * everything else; and a process that is asked for no page never loads it. These are the very handlers that the route
 * files export; any other spelling of their paths, unknown paths and `npm run dev` reach them through Next.
 *
 * The runtime has to be open before the first request. `otherwise` answers everything else.
 */
export async function openDirectRoutes(root: string, otherwise: Handle): Promise<Handle> {
  const app = path.join(root, 'app');
  const routes = globSync(`${withoutPages}/**/route.ts`, { cwd: app })
    .filter((file) => !file.includes('/[...'))
    .toSorted((one, other) => (lastWhereOpen(one) < lastWhereOpen(other) ? -1 : 1))
    .map((file) => ({
      file,
      path: toPattern(file),
      load: once(() => load(path.join(app, file))),
    }));
  await Promise.all(routes.filter(({ file }) => loadedAtStart.test(file)).map((route) => route.load()));
  return async (req, res) => {
    const [pathname = ''] = (req.url ?? '').split('?', 1);
    for (const route of routes) {
      const match = route.path.exec(pathname);
      if (match === null) continue;
      const methods = await route.load();
      const method = req.method as keyof Methods;
      const handler = methods[method] ?? (method === 'HEAD' ? methods.GET : undefined);
      if (handler === undefined) return answerWithMethods(methods, req, res);
      return await answerDirectly(handler, { ...match.groups }, req, res);
    }
    return await otherwise(req, res);
  };
}

/** Which methods there are: asked for, or because this one is not among them. Next says that of OPTIONS alone. */
function answerWithMethods(
  methods: Partial<Methods>,
  { method }: IncomingMessage,
  res: ServerResponse,
): void {
  const given = (['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).filter(
    (name) => methods[name] !== undefined || (name === 'HEAD' && methods.GET !== undefined),
  );
  res.statusCode = method === 'OPTIONS' ? 204 : 405;
  res.setHeader('Allow', [...given, 'OPTIONS'].join(', ')).end();
}

/** A path in which a name stands where another has a parameter comes before it. */
function lastWhereOpen(file: string): string {
  return file.replaceAll('[', '\u{ffff}');
}

function toPattern(file: string): RegExp {
  const parts = path.dirname(file).split('/');
  const pattern = parts.map((part) => {
    // Of an optional rest there is one segment at most, and its handler takes it from the URL.
    if (part.startsWith('[[...')) return `(?:/${segment})?`;
    return part.startsWith('[') ? `/(?<${part.slice(1, -1)}>${segment})` : `/${part.replaceAll('.', '\\.')}`;
  });
  return new RegExp(`^${pattern.join('')}$`);
}

async function load(file: string): Promise<Partial<Methods>> {
  return (await import(pathToFileURL(file).href)) as Partial<Methods>;
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
}
