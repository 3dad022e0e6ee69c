import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import SQLite from 'better-sqlite3';
import { GroupCommit, LogLost } from './group-commit.ts';
import { WriteAheadLog } from './write-ahead-log.ts';

function open(t: TestContext) {
  const directory = mkdtempSync(path.join(tmpdir(), 'stowage-commit-'));
  const file = path.join(directory, 'test.db');
  const writer = new SQLite(file);
  writer.pragma('journal_mode = WAL');
  writer.exec('create table words (word text primary key)');
  const reader = new SQLite(file, { readonly: true });
  const log = new WriteAheadLog(file, writer, reader, assert.ifError);
  t.after(() => {
    log.close();
    reader.close();
    writer.close();
    rmSync(directory, { recursive: true });
  });
  const commits = new GroupCommit(writer, log, 10_000);
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
  return { file, log, commits, writer, write, written, commitCount: () => commitCount };
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

test('when even the rollback fails, those who come later still get their turn', async (t) => {
  const { writer, write, written } = open(t);
  const exec = writer.exec;
  let failures = 2;
  writer.exec = (source) => {
    if (source !== 'BEGIN IMMEDIATE' && failures > 0) {
      failures -= 1;
      throw new Error('input/output error');
    }
    return exec(source);
  };
  await assert.rejects(write('a'), /input\/output error/);
  await write('b');
  assert.deepEqual(written(), ['b']);
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

test('until it is durable nobody is told of it and nobody reads it', async (t) => {
  const { log, write, written } = open(t);
  await write('a');
  const synced = Promise.withResolvers<void>();
  const sync = log.sync.bind(log);
  log.sync = () => synced.promise.then(sync);
  let isTold = false;
  const second = write('b').then(() => (isTold = true));
  await sleep(30);
  assert.equal(isTold, false);
  assert.deepEqual(written(), ['a']);
  synced.resolve();
  await second;
  assert.deepEqual(written(), ['a', 'b']);
});

test('when the disk does not say that it has it, nobody is told so, nobody reads it and nothing more is written', async (t) => {
  const { log, write, written } = open(t);
  await write('a');
  const sync = log.sync.bind(log);
  log.sync = () => Promise.reject(new Error('input/output error'));
  await assert.rejects(write('b'), LogLost);
  log.sync = sync;
  await assert.rejects(write('c'), LogLost);
  assert.deepEqual(written(), ['a']);
});

test('the log begins anew however long writes go on', async (t) => {
  const { file, write } = open(t);
  const sizes: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    await Promise.all(Array.from({ length: 100 }, (_, i) => write(`${round} ${i}`)));
    sizes.push(statSync(`${file}-wal`).size);
  }
  assert.ok((sizes.at(-1) ?? 0) <= 1.5 * (sizes[9] ?? 0), sizes.join(' '));
});
