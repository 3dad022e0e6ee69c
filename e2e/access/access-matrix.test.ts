/**
 * Every route as every caller, compared with `matrix.txt`. A route that is not in the table fails; so does a call that
 * was refused and changed something all the same. STOWAGE_WRITE_ACCESS_MATRIX=1 writes the table as it is, to be read
 * before it is committed.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { root, startServer } from '#e2e/support/server.ts';
import {
  describeImage,
  gatherCast,
  makeImage,
  roles,
  visibilities,
  type Cast,
  type Role,
  type Visibility,
} from './cast.ts';
import { makeFixtures, type LentFixtures } from './fixtures.ts';
import { imageCalls, type ImageCall } from './image-calls.ts';
import { otherCalls } from './other-calls.ts';
import { listRoutes } from './routes.ts';

const tableFile = path.join(root, 'e2e/access/matrix.txt');
const atOnce = 24;
/** Characters that the longest call takes. */
const nameWidth = 84;

const cleanups: (() => unknown)[] = [];
let cast: Cast;
let made: LentFixtures;

before(async () => {
  cast = await gatherCast(await startServer({ after: (cleanup) => void cleanups.push(cleanup) }));
  made = await makeFixtures(cast);
});

after(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
});

interface Known {
  id: string;
  /** As it was last seen. */
  description: string;
}

/** Images that nobody has changed, by visibility and state: most calls are refused, and leave theirs to the next one. */
const untouched = new Map<string, Known[]>();

async function callImage(
  call: ImageCall,
  method: string,
  visibility: Visibility,
  role: Role,
): Promise<string> {
  const key = `${visibility} ${call.state}`;
  const waiting = untouched.get(key) ?? [];
  untouched.set(key, waiting);
  const known = waiting.pop() ?? (await makeKnown(visibility, call.state));
  const { id } = known;
  const isMember = role === 'pending' || role === 'accepted';
  const project = cast.projects[role];
  const ids = { id, project, member: isMember ? project : cast.projects.pending };
  const body = call.body?.(ids);
  const isTus = call.contentType === 'tus';
  const answer = await cast.as[role].send(method, call.path(ids), {
    headers: isTus
      ? {
          'tus-resumable': '1.0.0',
          'upload-length': '10',
          'upload-metadata': `image_id ${btoa(String(body))}`,
        }
      : { 'content-type': call.contentType ?? 'application/json' },
    ...(body !== undefined && !isTus && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (call.reads || answer.status >= 400) {
    const description = call.reads ? known.description : await describeImage(cast, id);
    const said = `${method} ${call.path(ids)} as ${role} was ${answer.status}, but changed the image`;
    assert.equal(description, known.description, said);
    waiting.push(known);
  }
  return call.judge && answer.status === 200 ? call.judge(text, ids) : String(answer.status);
}

async function makeKnown(visibility: Visibility, state: ImageCall['state']): Promise<Known> {
  const id = await makeImage(cast, visibility, state);
  return { id, description: await describeImage(cast, id) };
}

async function callOther(name: string, method: string, role: Role): Promise<string> {
  const { fixtures, giveBack } = made.lend();
  const call = await otherCalls[name]?.({ cast, role, made: fixtures });
  if (call === undefined) throw new Error(`nobody knows how to make the call ${name}`);
  const { path: url, body, headers = {} } = call;
  const ending = new AbortController();
  const caller = name === 'DELETE /api/v1/session' ? await cast.renew(role) : cast.as[role];
  const answer = await caller.send(method, url, {
    signal: ending.signal,
    headers: { ...(typeof body === 'object' && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  // A stream of events has no end of its own.
  if (url === '/api/events') ending.abort();
  else await answer.arrayBuffer();
  if (method === 'GET' || method === 'HEAD' || answer.status >= 400) giveBack();
  return String(answer.status);
}

interface Row {
  name: string;
  visibility: Visibility | '-';
  cells: Promise<string>[];
}

/** All rows of the table, with so many calls under way at a time. */
async function ask(): Promise<string[]> {
  const waiting: (() => void)[] = [];
  let running = 0;
  const inTurn = async (work: () => Promise<string>): Promise<string> => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
  const rows: Row[] = [];
  const add = (name: string, visibility: Row['visibility'], call: (role: Role) => Promise<string>) =>
    rows.push({ name, visibility, cells: roles.map((role) => inTurn(() => call(role))) });
  // What reads comes first: lists are short while there are few images.
  const readsFirst = Object.entries(imageCalls).toSorted(
    ([, one], [, other]) => Number(other.reads ?? false) - Number(one.reads ?? false),
  );
  for (const [name, call] of readsFirst) {
    for (const visibility of visibilities) {
      add(name, visibility, (role) => callImage(call, methodOf(name), visibility, role));
    }
  }
  for (const name of Object.keys(otherCalls)) add(name, '-', (role) => callOther(name, methodOf(name), role));
  const written: string[] = [];
  for (const { name, visibility, cells } of rows) {
    written.push(toLine(name, visibility, await Promise.all(cells)));
  }
  return written.toSorted(byRoute);
}

const methodOf = (name: string) => name.slice(0, name.indexOf(' '));
const toLine = (name: string, visibility: string, cells: readonly string[]) =>
  `${name.padEnd(nameWidth)} ${visibility.padEnd(10)}${cells.map((cell) => cell.padStart(9)).join('')}`;

/** By path, then method, then visibility as the table has them. */
function byRoute(one: string, other: string): number {
  const key = (line: string) =>
    line.slice(line.indexOf(' ') + 1, nameWidth) + line.slice(0, line.indexOf(' '));
  const order = (line: string) => [...visibilities].findIndex((each) => line.includes(` ${each} `));
  return key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : order(one) - order(other);
}

const heading = toLine('# call', 'visibility', roles);

function readTable(): string[] {
  return readFileSync(tableFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

test('every route is in the table', () => {
  const known = [...Object.keys(imageCalls), ...Object.keys(otherCalls)].map((name) =>
    name.replace(/ \(.*\)$/, ''),
  );
  const routes = listRoutes();
  assert.deepEqual(
    {
      'routes without a row': routes.filter((route) => !known.includes(route)),
      'rows without a route': known.filter((name) => !routes.includes(name)),
    },
    { 'routes without a row': [], 'rows without a route': [] },
  );
});

test('every caller gets what the table says, and what is refused changes nothing', async () => {
  const found = await ask();
  if (process.env['STOWAGE_WRITE_ACCESS_MATRIX'] === '1') {
    const comments = readFileSync(tableFile, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('# '));
    const kept = comments.filter((line) => !line.startsWith('# call'));
    writeFileSync(tableFile, `${[...kept, '', heading, ...found].join('\n')}\n`);
  }
  assert.deepEqual(found, readTable());
});
