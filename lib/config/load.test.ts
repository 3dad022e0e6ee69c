import assert from 'node:assert/strict';
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { loadConfig } from './load.ts';
import { maskedConfig } from './masked.ts';
import { stageConfig, store } from './test-stage.ts';

const { at, load, refusal, problem } = stageConfig();

describe('without a file', () => {
  it('makes two directory stores under the data directory and uploads into fast', () => {
    const config = load(null);
    assert.deepEqual(
      config.stores.map(({ id, tier, weight, code, options }) => ({ id, tier, weight, code, options })),
      [
        {
          id: 'fast',
          tier: 'fast',
          weight: 100,
          code: 'FST',
          options: { path: at('data/stores/fast'), shared: false },
        },
        {
          id: 'archive',
          tier: 'archive',
          weight: 50,
          code: 'ARC',
          options: { path: at('data/stores/archive'), shared: false },
        },
      ],
    );
    assert.equal(config.defaultStore, 'fast');
    assert.equal(config.stagingStore, 'fast');
    assert.equal(config.host, '127.0.0.1');
    assert.equal(config.port, 9292);
    assert.deepEqual(config.database, { kind: 'sqlite', path: at('data/stowage.db') });
  });

  it('is frozen to its last part', () => {
    const config = load(null);
    assert.ok(
      Object.isFrozen(config) && Object.isFrozen(config.stores) && Object.isFrozen(config.stores[0]?.options),
    );
  });

  it('makes the secret key once, for the owner alone, and reads it again', () => {
    const first = load(null).secretKey;
    assert.match(first, /^[0-9a-f]{64}$/);
    assert.equal(load(null).secretKey, first);
    assert.equal(statSync(at('data/secret.key')).mode & 0o777, 0o600);
  });

  it('makes no key when one is given', () => {
    const key = 'k'.repeat(32);
    assert.equal(load(null, { STOWAGE_SECRET_KEY: key }).secretKey, key);
    assert.ok(!existsSync(at('data/secret.key')));
  });

  it('writes nothing when it is only looked at', () => {
    assert.equal(loadConfig({}, at('.'), { makeSecretKey: false }).secretKey, '');
    assert.ok(!existsSync(at('data')));
  });

  it('refuses a damaged kept key instead of making another', () => {
    mkdirSync(at('kept'));
    writeFileSync(at('kept/secret.key'), 'short');
    assert.match(problem(null, { STOWAGE_DATA_DIR: 'kept' }), /STOWAGE_DATA_DIR: .*damaged.*backup/);
  });
});

describe('the environment', () => {
  it('reads a secret from the file that …_FILE names', () => {
    writeFileSync(at('password'), 'from a file\n');
    assert.equal(load(null, { STOWAGE_ADMIN_PASSWORD_FILE: 'password' }).adminPassword, 'from a file');
  });

  it('names every variable that is wrong at once, and what would be right', () => {
    const { problems, message } = refusal(null, {
      PORT: '70000',
      STOWAGE_LOG_LEVEL: 'inof',
      STOWAGE_PUBLIC_URL: 'ftp://images.example',
      STOWAGE_SECRET_KEY: 'hunter2',
      STOWAGE_DATABASE_URL: 'mysql://root:hunter2@db/stowage',
      STOWAGE_ADMIN_PASSWORD_FILE: '/nowhere/password',
    });
    assert.deepEqual(problems.map(({ key }) => key).sort(), [
      'PORT',
      'STOWAGE_ADMIN_PASSWORD_FILE',
      'STOWAGE_DATABASE_URL',
      'STOWAGE_LOG_LEVEL',
      'STOWAGE_PUBLIC_URL',
      'STOWAGE_SECRET_KEY',
    ]);
    assert.match(message, /Did you mean info\?/);
    assert.match(message, /ENOENT/);
    assert.ok(!message.includes('hunter2'), message);
  });

  it('takes the address of a PostgreSQL, from a file too, and never shows it', () => {
    const url = 'postgresql://stowage:hunter2@db.example:5432/stowage?sslmode=verify-full';
    writeFileSync(at('url'), `${url}\n`);
    const yaml = `stores:\n${store('fast').replace(' }', ', shared: true }')}`;
    const config = load(yaml, { STOWAGE_DATABASE_URL_FILE: 'url' });
    assert.deepEqual(config.database, { kind: 'postgres', url, poolSize: 10 });
    assert.ok(!JSON.stringify(maskedConfig(config)).includes('hunter2'));
    const small = load(`database: { pool_size: 4 }\n${yaml}`, { STOWAGE_DATABASE_URL: url }).database;
    assert.equal(small.kind === 'postgres' && small.poolSize, 4);
  });

  it('says how to write a password that is no part of an address as it stands', () => {
    const { message } = refusal(null, {
      STOWAGE_DATABASE_URL: 'postgres://stowage:hun/ter2@db.example/stowage',
    });
    assert.match(message, /%2F/);
    assert.ok(!/hun|ter2/.test(message), message);
  });

  it('refuses with PostgreSQL a directory that only one machine reaches', () => {
    assert.match(
      problem(`stores:\n${store('fast')}`, { STOWAGE_DATABASE_URL: 'postgres://db/stowage' }),
      /^4 stores\[0\]\.options\.shared: .*reached by one only.* write shared: true/,
    );
  });

  it('makes no directories by itself with PostgreSQL', () => {
    const { problems } = refusal(null, { STOWAGE_DATABASE_URL: 'postgres://db/stowage' });
    assert.deepEqual(
      problems.map(({ key, remedy }) => `${key}: ${remedy.split('.')[0]}`),
      Array(2).fill('options.shared: Write a stowage'),
    );
  });

  it('takes a named file that is not there as an error, not as no file', () => {
    assert.match(problem(null, { STOWAGE_CONFIG: 'other.yaml' }), /cannot be read: ENOENT/);
  });
});

describe('directories of stores', () => {
  const two = (one: string, other: string) =>
    `stores:\n  - id: one\n    driver: filesystem\n    options: { path: ${one} }\n  - id: two\n    driver: filesystem\n    options: { path: ${other} }\n`;

  it('may not be the same, lie in each other, or be one through a symbolic link', () => {
    mkdirSync(at('real'));
    symlinkSync('real', at('link'));
    for (const yaml of [two('a', './a/'), two('a', 'a/b'), two('a/b', 'a'), two('real/x', 'link/x')]) {
      assert.match(problem(yaml), /^7 stores\[1\]\.options\.path: .*store "one"/);
    }
  });

  it('may have names that begin alike', () => {
    assert.equal(load(two('images', 'images-old')).stores.length, 2);
  });

  it('may not hold the data directory', () => {
    assert.match(problem(two('.', '/srv/two')), /data directory/);
  });
});

describe('policy', () => {
  it('says at which character an expression is wrong and what may be meant', () => {
    assert.equal(
      problem("policy:\n  copy_image: 'rol:member'\n"),
      '2 policy.copy_image: At character 1: There is no check "rol:". Did you mean role?',
    );
    assert.equal(
      problem("policy:\n  copy_imag: 'role:member'\n"),
      '2 policy.copy_imag: There is no rule "copy_imag", and no other rule refers to it. Did you mean copy_image?',
    );
    assert.match(
      problem("policy:\n  copy_image: 'project_id:%(vault)s'\n"),
      /^2 policy\.copy_image: At character 12: There is no %\(vault\)s\. Known here are: project_id, owner, /,
    );
    assert.match(problem('policy:\n  copy_image: 1\n'), /Expected text, found 1/);
  });

  it('keeps what the operator changed', () => {
    assert.deepEqual(load(null).policy, {});
    assert.deepEqual(load("policy: { copy_image: 'role:member' }\n").policy, { copy_image: 'role:member' });
  });
});

describe('limits', () => {
  it('are bytes and counts of each project, altogether and in each store', () => {
    const { limits } = load(
      'limits: { image_size_total_gib: 2, image_count_total: 5, stores: { fast: { image_size_total_gib: 1 } } }\n',
    );
    assert.deepEqual(limits.project, { size: 2 * 2 ** 30, count: 5 });
    assert.deepEqual(limits.stores, { fast: { size: 2 ** 30 } });
  });

  it('may not be those of a store that is not there', () => {
    assert.equal(
      problem('limits:\n  stores:\n    fasst: { image_count_total: 1 }\n'),
      '3 limits.stores.fasst: There is no store "fasst". Did you mean fast?',
    );
  });
});

describe('the masked configuration', () => {
  it('holds no secret', () => {
    const env = { STOWAGE_SECRET_KEY: 'hunter2'.repeat(5), STOWAGE_ADMIN_PASSWORD: 'hunter2' };
    const text = JSON.stringify(maskedConfig(load(null, env)));
    assert.ok(!text.includes('hunter2'), text);
    assert.match(text, /"path":/);
  });
});
