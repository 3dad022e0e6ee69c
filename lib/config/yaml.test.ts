import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { rootCertificates } from 'node:tls';
import { maskedConfig } from './masked.ts';
import { stageConfig, store } from './test-stage.ts';

const { at, load, refusal, problem } = stageConfig();

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
trusted_proxies: [10.0.0.5, "fd00::/8"]
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
    assert.equal(config.stores[1]?.options['path'], at('archive'));
    assert.equal(config.stagingStore, 'archive');
    assert.equal(config.limits.imageSizeBytes, 2 * 1024 ** 3);
    assert.equal(config.checksumMd5, 'deferred');
    assert.deepEqual(config.fetch, {
      allowHosts: ['*.example'],
      denyHosts: ['bad.example'],
      allowNetworks: ['10.0.0.0/8'],
      ports: [443],
    });
    assert.deepEqual(config.trustedProxies, ['10.0.0.5', 'fd00::/8']);
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
      'a path that no file system has',
      'stores:\n  - id: fast\n    driver: filesystem\n    options: { path: "/srv\\0" }\n',
      /^4 stores\[0\]\.options\.path: A path has no zero byte/,
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
      'an address that holds a password, without showing it',
      'identity:\n  mode: keystone\n  keystone: { auth_url: "https://a:hunter2@k.example", username: g }\n',
      /^3 identity\.keystone\.auth_url: Expected an address without user and password, (?![^]*hunter2)/,
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
    [
      'a proxy by its name',
      'trusted_proxies: [10.0.0.5, proxy.example]\n',
      /^1 trusted_proxies\[1\]: Expected an address or a network/,
    ],
    ['a key twice', 'show: {}\nlimits: {}\nshow: {}\n', /^3 the file: This key stands twice/],
    [
      'a value that begins with an asterisk',
      'show: {}\nidentity:\n  keystone:\n    password: *hunter2\n',
      /^4 the file: A value that begins with \* refers to an anchor that is not there\. Put the value in quotes\.$/,
    ],
    [
      'aliases without an end',
      `a0: &a0 [x, x, x]\n${[1, 2, 3, 4, 5, 6, 7]
        .map(
          (n) =>
            `a${n}: &a${n} [${Array(10)
              .fill(`*a${n - 1}`)
              .join(', ')}]\n`,
        )
        .join('')}`,
      /^1 the file: Its aliases/,
    ],
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
    writeFileSync(at('password'), 'x\n');
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
    writeFileSync(at('ca.pem'), 'no certificate');
    assert.match(problem(keystone), /^7 identity\.keystone\.ca_file: .* holds no certificate/);
    const pem = rootCertificates[0] ?? assert.fail();
    writeFileSync(at('ca.pem'), pem);
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
