/* oxlint-disable no-restricted-imports -- Here, as in Next, the server meets the routes; nothing else of app/ comes along. */
import type { Methods } from '#lib/http/methods.ts';
import { answerDirectly } from '#lib/http/direct-answer.ts';
import type { Handle } from './http-server.ts';

/**
 * The routes that carry bytes, answered without Next: its routing and its request and response objects cost about 2.5 ms
 * of processor time for each request, which was more than a small upload needs for everything else. These are the very
 * handlers that the route files export; any other spelling of these paths, and `npm run dev`, reaches them through Next.
 * Only for handlers that take their body from `rawRequest()`, and whose answers nobody would compress.
 */
const table: readonly { path: RegExp; load: () => Promise<Partial<Methods>> }[] = [
  {
    path: /^\/api\/uploads(?:\/[\w-]+)?$/,
    load: () => import('../../app/api/uploads/[[...path]]/route.ts'),
  },
  {
    path: /^\/image\/v2\/images\/(?<id>[\w-]+)\/file$/,
    load: () => import('../../app/image/v2/images/[id]/file/route.ts'),
  },
];

/** Answers a request that is in the table; undefined leaves it to Next. */
export type DirectRoutes = (...request: Parameters<Handle>) => Promise<void> | undefined;

/** The runtime has to be open before the first request. */
export async function loadDirectRoutes(): Promise<DirectRoutes> {
  const routes = await Promise.all(table.map(async ({ path, load }) => ({ path, methods: await load() })));
  return (req, res) => {
    const [pathname = ''] = (req.url ?? '').split('?', 1);
    for (const { path, methods } of routes) {
      const match = path.exec(pathname);
      if (match === null) continue;
      const handler = methods[req.method as keyof Methods];
      return handler && answerDirectly(handler, { ...match.groups }, req, res);
    }
    return undefined;
  };
}
