/* oxlint-disable no-restricted-imports -- Here, as in Next, the server meets the routes; nothing else of app/ comes along. */
import type { Methods } from '#lib/http/methods.ts';
import { answerDirectly } from '#lib/http/direct-answer.ts';
import type { Handle } from './http-server.ts';

/** Methods whose handlers read a body from `request`, which has none here, are left to Next. */
const reads: readonly (keyof Methods)[] = ['GET', 'HEAD'];

interface DirectRoute {
  path: RegExp;
  load: () => Promise<Partial<Methods>>;
  /** All of them if absent. */
  only?: readonly (keyof Methods)[];
}

/**
 * The routes that carry bytes and those that machines ask most, answered without Next: its routing and its request and
 * response objects cost about 2.5 ms of processor time for each request, which was more than a small upload or the
 * reading of an image needs for everything else. These are the very handlers that the route files export; any other
 * spelling of these paths, and `npm run dev`, reaches them through Next.
 */
const table: readonly DirectRoute[] = [
  {
    path: /^\/api\/uploads(?:\/[\w-]+)?$/,
    load: () => import('../../app/api/uploads/[[...path]]/route.ts'),
  },
  {
    path: /^\/image\/v2\/images\/(?<id>[\w-]+)\/file$/,
    load: () => import('../../app/image/v2/images/[id]/file/route.ts'),
  },
  {
    path: /^\/image\/v2\/images\/(?<id>[\w-]+)$/,
    load: () => import('../../app/image/v2/images/[id]/route.ts'),
    only: reads,
  },
  {
    path: /^\/image\/v2\/images$/,
    load: () => import('../../app/image/v2/images/route.ts'),
    only: reads,
  },
];

/** Answers a request that is in the table; undefined leaves it to Next. */
export type DirectRoutes = (...request: Parameters<Handle>) => Promise<void> | undefined;

/** The runtime has to be open before the first request. */
export async function loadDirectRoutes(): Promise<DirectRoutes> {
  const routes = await Promise.all(
    table.map(async ({ load, ...route }) => ({ ...route, methods: await load() })),
  );
  return (req, res) => {
    const [pathname = ''] = (req.url ?? '').split('?', 1);
    const method = req.method as keyof Methods;
    for (const { path, methods, only } of routes) {
      const match = path.exec(pathname);
      if (match === null) continue;
      const handler = only === undefined || only.includes(method) ? methods[method] : undefined;
      return handler && answerDirectly(handler, { ...match.groups }, req, res);
    }
    return undefined;
  };
}
