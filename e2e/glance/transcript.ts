/** What is said to one server, and what it answers, with everything taken out that no two servers have in common. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Users of the same names on both sides; `nobody` is not signed in. */
export const callers = ['admin', 'alpha', 'alpha-reader', 'beta', 'nobody'] as const;
export type Caller = (typeof callers)[number];

export interface Side {
  readonly name: 'glance' | 'stowage';
  /** What paths are put behind: `http://127.0.0.1:9292/image`. */
  readonly url: string;
  readonly tokens: ReadonlyMap<Caller, string>;
  /** Ids of projects, to the words that stand for them. */
  readonly projects: ReadonlyMap<string, string>;
}

export interface Request {
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is, as application/octet-stream unless the headers say otherwise. */
  readonly bytes?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The value at a path of the JSON: `field('images', 0, 'id')`; '' when there is none. */
  field(...path: readonly (string | number)[]): string;
}

/** One request and its answer as they are compared. */
export interface Exchange {
  /** `alpha GET /v2/images/<1>`. */
  readonly request: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export type Send = (caller: Caller, method: string, path: string, request?: Request) => Promise<Answer>;

/** What the chapters of the conversation speak through. */
export interface Conversation {
  readonly send: Send;
  /** Id of a project by its name. */
  project(name: string): string;
  /** Asks, unrecorded, until the answer is right or ten seconds are over: for what happens in the background. */
  until(caller: Caller, path: string, isRight: (answer: Answer) => boolean): Promise<void>;
}

export type Chapter = (conversation: Conversation) => Promise<void>;

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const time = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?/g;

/** Holds a conversation with one side. */
export async function converse(side: Side, chapters: readonly Chapter[]): Promise<Exchange[]> {
  const exchanges: Exchange[] = [];
  const toComparable = comparableOf(side);

  async function ask(caller: Caller, method: string, path: string, request: Request = {}): Promise<Answer> {
    const headers = new Headers(request.headers);
    const token = side.tokens.get(caller);
    if (token !== undefined) headers.set('x-auth-token', token);
    const hasType = headers.has('content-type');
    if (request.json !== undefined && !hasType) headers.set('content-type', 'application/json');
    if (request.bytes !== undefined && !hasType) headers.set('content-type', 'application/octet-stream');
    const body = request.json === undefined ? request.bytes : JSON.stringify(request.json);
    const answer = await fetch(side.url + path, { method, headers, body, redirect: 'manual' });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      field(...names) {
        let value: unknown = isJson(answer.headers) ? JSON.parse(text) : undefined;
        for (const name of names) value = (value as Record<string | number, unknown> | undefined)?.[name];
        return typeof value === 'string' ? value : '';
      },
    };
  }

  const conversation: Conversation = {
    async send(caller, method, path, request) {
      const answer = await ask(caller, method, path, request);
      exchanges.push({
        request: toComparable(`${caller} ${method} ${path}`, true),
        status: answer.status,
        headers: Object.fromEntries(
          [...answer.headers].map(([name, value]) => [name, toComparable(value)] as const),
        ),
        body: toComparableBody(answer, toComparable),
      });
      return answer;
    },
    project(name) {
      const found = [...side.projects].find(([, word]) => word === `<project ${name}>`);
      if (found === undefined) throw new Error(`there is no project ${name}`);
      return found[0];
    },
    async until(caller, path, isRight) {
      const deadline = performance.now() + 10_000;
      while (performance.now() < deadline) {
        if (isRight(await ask(caller, 'GET', path))) return;
        await sleep(100);
      }
    },
  };
  for (const chapter of chapters) await chapter(conversation);
  return exchanges;
}

/**
 * Ids that were named in a request become numbers, in the order of the requests, which is the same on both sides; all
 * others are just ids.
 */
function comparableOf({ url, projects }: Side): (text: string, isRequest?: boolean) => string {
  const ids = new Map<string, number>();
  const origin = new URL(url).origin;
  return (text, isRequest = false) => {
    let result = text.replaceAll(url, '<service>').replaceAll(origin, '<host>');
    for (const [id, word] of projects) result = result.replaceAll(id, word);
    return result
      .replace(/req-[0-9a-f-]{36}/g, '<request>')
      .replace(uuid, (found) => {
        const id = found.toLowerCase();
        if (isRequest && !ids.has(id)) ids.set(id, ids.size + 1);
        return ids.has(id) ? `<${ids.get(id)}>` : '<id>';
      })
      .replace(/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT/g, '<time>')
      .replace(time, '<time>')
      .replace(/\/[^" ]*stowage-test-[^/" ]*/g, '<directory>');
  };
}

function isJson(headers: Headers): boolean {
  return /^application\/(schema\+)?json/.test(headers.get('content-type') ?? '');
}

function toComparableBody({ headers, text }: Answer, toComparable: (text: string) => string): unknown {
  if (text === '') return null;
  if (isJson(headers)) return replaceIn(JSON.parse(text), toComparable);
  if (!headers.get('content-type')?.startsWith('text/html')) return toComparable(text);
  const title = /<title>([^<]*)<\/title>/.exec(text)?.[1] ?? '';
  const words = text
    .replace(/<head>[\s\S]*<\/head>/, '')
    .replace(/<h1>[^<]*<\/h1>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#x27;|&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
  return { title, words: toComparable(words.replace(/\s+/g, ' ').trim()) };
}

function replaceIn(value: unknown, toComparable: (text: string) => string): unknown {
  if (typeof value === 'string') return toComparable(value);
  if (Array.isArray(value)) return value.map((item) => replaceIn(item, toComparable));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const replaced = replaceIn(item, toComparable);
      const isSet = sets.has(name) && Array.isArray(replaced);
      return [toComparable(name), isSet ? replaced.toSorted(byText) : replaced];
    }),
  );
}

/** What Glance reads from its database in no order. */
const sets = new Set(['tags', 'enum', 'objects', 'resource_types', 'resource_type_associations']);

function byText(a: unknown, b: unknown): number {
  const [left, right] = [textOf(a), textOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function textOf(item: unknown): string {
  const { name } = (item ?? {}) as { name?: unknown };
  return typeof name === 'string' ? name : String(item);
}
