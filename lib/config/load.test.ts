import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { rootCertificates } from 'node:tls';
import type { Config } from './config.ts';
import { loadConfig } from './load.ts';
import { maskedConfig } from './masked.ts';
import { isConfigError, type ConfigError } from './problems.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'stowage-config-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function load(yaml: string | null, env: Record<string, string> = {}): Config {
  if (yaml !== null) writeFileSync(path.join(directory, 'stowage.yaml'), yaml);
  return loadConfig(env, directory);
}

function refusal(yaml: string | null, env: Record<string, string> = {}): ConfigError {
  try {
    load(yaml, env);
  } catch (error) {
    assert.ok(isConfigError(error), String(error));
    assert.ok(
      !existsSync(path.join(directory, 'data')),
      'nothing is written when the configuration is wrong',
    );
    return error;
  }
  assert.fail('the configuration was accepted');
}

/** The only problem, as `line key: message remedy`. */
function problem(yaml: string | null, env: Record<string, string> = {}): string {
  const { problems } = refusal(yaml, env);
  assert.equal(problems.length, 1, JSON.stringify(problems, null, 2));
  const [{ line, key, message, remedy } = assert.fail()] = problems;
  return `${line ?? 'env'} ${key}: ${message} ${remedy}`;
}

const store = (id: string, more = '') =>
  `  - id: ${id}\n    driver: filesystem\n    options: { path: /srv/${id} }\n${more}`;

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
          options: { path: path.join(directory, 'data/stores/fast'), shared: false },
        },
        {
          id: 'archive',
          tier: 'archive',
          weight: 50,
          code: 'ARC',
          options: { path: path.join(directory, 'data/stores/archive'), shared: false },
        },
      ],
    );
    assert.equal(config.defaultStore, 'fast');
    assert.equal(config.stagingStore, 'fast');
    assert.equal(config.host, '127.0.0.1');
    assert.equal(config.port, 9292);
    assert.deepEqual(config.database, { kind: 'sqlite', path: path.join(directory, 'data/stowage.db') });
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
    assert.equal(statSync(path.join(directory, 'data/secret.key')).mode & 0o777, 0o600);
  });

  it('makes no key when one is given', () => {
    const key = 'k'.repeat(32);
    assert.equal(load(null, { STOWAGE_SECRET_KEY: key }).secretKey, key);
    assert.ok(!existsSync(path.join(directory, 'data/secret.key')));
  });

  it('writes nothing when it is only looked at', () => {
    assert.equal(loadConfig({}, directory, { makeSecretKey: false }).secretKey, '');
    assert.ok(!existsSync(path.join(directory, 'data')));
  });

  it('refuses a damaged kept key instead of making another', () => {
    mkdirSync(path.join(directory, 'kept'));
    writeFileSync(path.join(directory, 'kept/secret.key'), 'short');
    assert.match(problem(null, { STOWAGE_DATA_DIR: 'kept' }), /STOWAGE_DATA_DIR: .*damaged.*backup/);
  });
});

describe('the environment', () => {
  it('reads a secret from the file that …_FILE names', () => {
    writeFileSync(path.join(directory, 'password'), 'from a file\n');
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
    writeFileSync(path.join(directory, 'url'), `${url}\n`);
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

describe('stowage.yaml', () => {
  it('gives every value of the contract its place', () => {
    const config = load(`
default_store: fast
stores:
  - id: archive
    driver: filesystem
    options: { path: archive }
  - id: fast
    driver: filesystem
    description: NVMe, for what boots every day
    weight: 100
    tier: premium
    site: berlin
    hypervisors: [kvm]
    price_per_gib_month: 0.12
    quota_gib: 2000
    code: nvm
    load_line: 90
    mode: read-write
    options: { path: /srv/images/fast, shared: true }
staging_store: archive
limits: { image_size_gib: 2 }
checksum_md5: deferred
fetch: { allow_hosts: ["*.example"], deny_hosts: [bad.example], allow_networks: [10.0.0.0/8], ports: [443] }
show: { locations: true, direct_url: true }
`);
    assert.deepEqual(config.stores[0], {
      id: 'fast',
      driver: 'filesystem',
      description: 'NVMe, for what boots every day',
      weight: 100,
      tier: 'premium',
      site: 'berlin',
      hypervisors: ['kvm'],
      pricePerGibMonth: 0.12,
      quotaBytes: 2000 * 1024 ** 3,
      code: 'NVM',
      loadLinePercent: 90,
      mode: 'read-write',
      options: { path: '/srv/images/fast', shared: true },
    });
    assert.equal(config.stores[1]?.options['path'], path.join(directory, 'archive'));
    assert.equal(config.stagingStore, 'archive');
    assert.equal(config.limits.imageSizeBytes, 2 * 1024 ** 3);
    assert.equal(config.checksumMd5, 'deferred');
    assert.deepEqual(config.fetch, {
      allowHosts: ['*.example'],
      denyHosts: ['bad.example'],
      allowNetworks: ['10.0.0.0/8'],
      ports: [443],
    });
    assert.deepEqual(config.show, { locations: true, directUrl: true });
  });

  it('is all defaults when it is empty', () => {
    assert.deepEqual(
      load('# nothing yet\n').stores.map(({ id }) => id),
      ['fast', 'archive'],
    );
  });

  it('replaces ${NAME} in values, in numbers too, and leaves $${ alone', () => {
    const yaml = `stores:\n${store('fast', '    weight: ${WEIGHT}\n    description: a ${WORD} and $${WORD}\n')}`;
    const config = load(yaml, { WEIGHT: '7', WORD: 'word' });
    assert.equal(config.stores[0]?.weight, 7);
    assert.equal(config.stores[0]?.description, 'a word and ${WORD}');
  });

  it('names a variable that is missing, with its line', () => {
    assert.match(
      problem(`stores:\n${store('fast', '    description: ${NO_SUCH}\n')}`),
      /^5 stores\[0\]\.description: .*NO_SUCH\. Set NO_SUCH/,
    );
  });

  it('never shows what a variable brought in', () => {
    const { message } = refusal(`stores:\n${store('fast', '    weight: ${SECRET}\n')}`, {
      SECRET: 'hunter2',
    });
    assert.match(message, /found "\$\{SECRET\}"/);
    assert.ok(!message.includes('hunter2'), message);
  });

  for (const [what, yaml, expected] of [
    [
      'a wrong type',
      `stores:\n${store('fast', '    weight: high\n')}`,
      /^5 stores\[0\]\.weight: Expected a number, found "high"\. Write for example weight: 100$/,
    ],
    [
      'an unknown key',
      'defualt_store: fast\n',
      /^1 defualt_store: There is no key "defualt_store" here\. Did you mean default_store\?$/,
    ],
    [
      'an unknown key deep inside',
      'show:\n  direct: true\n',
      /^2 show\.direct: .*(Did you mean|here are known: locations, direct_url)/,
    ],
    [
      'an unknown option of a driver',
      'stores:\n  - id: fast\n    driver: filesystem\n    options:\n      path: /x\n      shraed: true\n',
      /^6 stores\[0\]\.options\.shraed: .*Did you mean shared\?$/,
    ],
    [
      'a missing key',
      'stores:\n  - driver: filesystem\n    options: { path: /x }\n',
      /^2 stores\[0\]\.id: It is missing.*Write for example id: fast$/,
    ],
    [
      'a missing option',
      'stores:\n  - id: fast\n    driver: filesystem\n',
      /^2 stores\[0\]\.options\.path: It is missing/,
    ],
    [
      'a driver that comes later',
      'stores:\n  - id: fast\n    driver: vmware\n',
      /^3 stores\[0\]\.driver: The driver "vmware" comes with a later release\. Use one of: filesystem, .*swift/,
    ],
    [
      'an unknown driver',
      'stores:\n  - id: fast\n    driver: filesytem\n',
      /^3 stores\[0\]\.driver: Expected one of filesystem, .*Did you mean filesystem\?$/,
    ],
    ['a reserved id', `stores:\n${store('os_glance_x')}`, /^2 stores\[0\]\.id: .*reserved/],
    [
      'an id twice',
      `stores:\n${store('fast')}${store('fast').replace('/srv/fast', '/srv/other')}`,
      /^5 stores\[1\]\.id: Another store has the id/,
    ],
    [
      'a code twice',
      `stores:\n${store('one', '    code: ABC\n')}${store('two', '    code: abc\n')}`,
      /^9 stores\[1\]\.code: Another store has the code "ABC"/,
    ],
    [
      'a default store that is not there',
      `default_store: fasst\nstores:\n${store('fast')}`,
      /^1 default_store: There is no store "fasst"\. Did you mean fast\?$/,
    ],
    [
      'a read-only staging store',
      `staging_store: old\nstores:\n${store('fast')}${store('old', '    mode: read-only\n')}`,
      /^1 staging_store: The store "old" is read-only/,
    ],
    [
      'only read-only stores',
      `stores:\n${store('old', '    mode: read-only\n')}`,
      /default_store: Every store is read-only/,
    ],
    [
      'transfers that nobody would run',
      'transfers:\n  in_web_processes: false\n',
      /^2 transfers\.in_web_processes: Without PostgreSQL there is one process/,
    ],
    [
      'keystone mode',
      'identity:\n  mode: keystone\n',
      /^1 identity\.keystone: In keystone mode Stowage must know where Keystone is/,
    ],
    [
      'a service user without a password',
      'identity:\n  mode: keystone\n  keystone: { auth_url: "https://k.example", username: glance }\n',
      /^3 identity\.keystone: Stowage cannot sign in to Keystone: password, project are missing/,
    ],
    [
      'two ways to be somebody',
      'identity:\n  mode: keystone\n  keystone: { auth_url: "https://k.example", username: g, application_credential_id: i }\n',
      /^3 identity\.keystone: It names a user and an application credential/,
    ],
    [
      'a network with too many bits',
      'fetch:\n  allow_networks:\n    - 10.0.0.0/33\n',
      /^3 fetch\.allow_networks\[0\]: Expected a network/,
    ],
    ['a key twice', 'show: {}\nlimits: {}\nshow: {}\n', /^3 the file: This key stands twice/],
    ['a tab', 'show:\n\tlocations: true\n', /^2 the file: /],
  ] as const) {
    it(`refuses ${what} with line, key and remedy`, () => assert.match(problem(yaml), expected));
  }

  it('tells all that is wrong at once, in the order of the lines', () => {
    const { problems } = refusal('checksum_md5: of\nshow: 3\nlimits:\n  image_size_gib: none\n');
    assert.deepEqual(
      problems.map(({ line, key }) => `${line} ${key}`),
      ['1 checksum_md5', '2 show', '4 limits.image_size_gib'],
    );
  });

  it('shows no password of the keystone section, whatever is wrong with it', () => {
    const { message } = refusal(
      'identity:\n  keystone:\n    auth_url: "hunter2@"\n    password: [hunter2]\n    pasword: hunter2\n',
    );
    assert.match(message, /Did you mean password\?/);
    assert.ok(!message.includes('hunter2'), message);
  });

  it('quotes nothing of a file that is no YAML', () => {
    assert.ok(!refusal('identity:\n  keystone: { password: "hunter2 }\n').message.includes('hunter2'));
  });

  it('reads <key>_file, relative to the file', () => {
    writeFileSync(path.join(directory, 'password'), 'x\n');
    load('identity:\n  keystone: { auth_url: "https://k.example/v3", password_file: password }\n');
  });

  it('reads who Stowage is in Keystone, and shows it without the secret', () => {
    const section =
      'identity:\n  mode: keystone\n  keystone:\n    auth_url: https://k.example/identity/v3/\n';
    const config = load(
      `${section}    application_credential_id: i\n    application_credential_secret: hunter2\n`,
    );
    assert.deepEqual(config.identity, {
      mode: 'keystone',
      keystone: {
        authUrl: 'https://k.example/identity/v3',
        publicUrl: 'https://k.example/identity',
        credentials: { kind: 'application_credential', id: 'i', secret: 'hunter2' },
        region: null,
        ca: null,
        serviceTokenRoles: ['service'],
        cacheSeconds: 60,
      },
    });
    assert.ok(!JSON.stringify(maskedConfig(config)).includes('hunter2'));
  });

  it('takes certificates for Keystone from a file beside the configuration, and only certificates', () => {
    const keystone = `identity:
  mode: keystone
  keystone:
    auth_url: https://k.example/v3
    application_credential_id: i
    application_credential_secret: hunter2
    ca_file: ca.pem
`;
    assert.match(problem(keystone), /^7 identity\.keystone\.ca_file: .*ca\.pem cannot be read: ENOENT\./);
    writeFileSync(path.join(directory, 'ca.pem'), 'no certificate');
    assert.match(problem(keystone), /^7 identity\.keystone\.ca_file: .* holds no certificate/);
    const pem = rootCertificates[0] ?? assert.fail();
    writeFileSync(path.join(directory, 'ca.pem'), pem);
    const { identity } = load(keystone);
    assert.equal(identity.mode === 'keystone' && identity.keystone.ca, pem);
  });

  it('refuses <key>_file beside the key, and one that cannot be read', () => {
    const keystone = 'identity:\n  keystone:\n    auth_url: https://k.example/v3\n';
    assert.match(
      problem(`${keystone}    password: x\n    password_file: password\n`),
      /^5 identity\.keystone\.password_file: password is given as well/,
    );
    assert.match(
      problem(`${keystone}    password_file: nowhere\n`),
      /^4 identity\.keystone\.password_file: .*ENOENT/,
    );
  });
});

describe('directories of stores', () => {
  const two = (one: string, other: string) =>
    `stores:\n  - id: one\n    driver: filesystem\n    options: { path: ${one} }\n  - id: two\n    driver: filesystem\n    options: { path: ${other} }\n`;

  it('may not be the same, lie in each other, or be one through a symbolic link', () => {
    mkdirSync(path.join(directory, 'real'));
    symlinkSync('real', path.join(directory, 'link'));
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
