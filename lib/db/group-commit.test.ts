import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import SQLite from 'better-sqlite3';
import { GroupCommit } from './group-commit.ts';

function open(t: TestContext) {
  const directory = mkdtempSync(path.join(tmpdir(), 'stowage-commit-'));
  const file = path.join(directory, 'test.db');
  const writer = new SQLite(file);
  writer.pragma('journal_mode = WAL');
  writer.exec('create table words (word text primary key)');
  const reader = new SQLite(file, { readonly: true });
  t.after(() => {
    writer.close();
    reader.close();
    rmSync(directory, { recursive: true });
  });
  const commits = new GroupCommit(writer, 10_000);
  let commitCount = 0;
  const exec = writer.exec.bind(writer);
  writer.exec = (source) => {
    if (source === 'COMMIT') commitCount += 1;
    return exec(source);
  };
  const write = (word: string) =>
    commits.run(async () => {
      await Promise.resolve();
      writer.prepare('insert into words values (?)').run(word);
      return word;
    });
  const written = () => reader.prepare<[], string>('select word from words order by word').pluck().all();
  return { commits, writer, write, written, commitCount: () => commitCount };
}

test('what asks at the same moment is committed together, and is there when it resolves', async (t) => {
  const { write, written, commitCount } = open(t);
  const words = Array.from({ length: 50 }, (_, i) => `word ${i}`);
  assert.deepEqual(await Promise.all(words.map(write)), words);
  assert.deepEqual(written(), words.toSorted());
  assert.equal(commitCount(), 1);
});

test('one that fails takes back only itself', async (t) => {
  const { commits, writer, write, written } = open(t);
  const failing = commits.run(async () => {
    writer.prepare('insert into words values (?)').run('half');
    await Promise.resolve();
    throw new Error('changed its mind');
  });
  const outcomes = await Promise.allSettled([write('a'), failing, write('a'), write('b')]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(written(), ['a', 'b']);
});

test('when the commit fails, nobody is told that his work was written', async (t) => {
  const { commits, writer, write, written } = open(t);
  const exec = writer.exec;
  writer.exec = (source) => {
    if (source === 'COMMIT') throw new Error('disk full');
    return exec(source);
  };
  const outcomes = await Promise.allSettled([write('a'), write('b')]);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status === 'rejected' && (outcome.reason as Error).message),
    ['disk full', 'disk full'],
  );
  writer.exec = exec;
  assert.deepEqual(written(), []);
  await write('c');
  assert.deepEqual(written(), ['c']);
  await commits.idle();
});

test('a transaction that SQLite takes back as a whole is lost for all in it, and the next one begins anew', async (t) => {
  const { commits, writer, write, written } = open(t);
  const first = write('a');
  const lost = commits.run(async () => {
    writer.exec('ROLLBACK');
    throw new Error('input/output error');
  });
  const outcomes = await Promise.allSettled([first, lost]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  await write('b');
  assert.deepEqual(written(), ['b']);
});

test('asks that come while others run are not forgotten', async (t) => {
  const { write, written } = open(t);
  const all: Promise<string>[] = [];
  for (let i = 0; i < 200; i += 1) {
    all.push(write(`${i}`));
    if (i % 7 === 0) await sleep(1);
  }
  await Promise.all(all);
  assert.equal(written().length, 200);
});
