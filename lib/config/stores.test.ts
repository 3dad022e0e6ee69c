import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StoreDefinition } from '#lib/stores/definition.ts';
import { makeStoreCodes } from './store-codes.ts';
import { checkStores } from './stores.ts';

describe('codes of stores', () => {
  it('come from the id and differ from each other and from those that the operator chose', () => {
    const ids = ['fast', 'archive', 'ceph-nvme', 'ceph-hdd', 'nfs-lab', 'vmw-ds2', 'a', 'b', 'fest'];
    const codes = makeStoreCodes(ids, new Set(['VMW']));
    assert.deepEqual([...codes.values()].slice(0, 5), ['FST', 'ARC', 'CPH', 'HDD', 'NFS']);
    assert.equal(new Set(codes.values()).size, ids.length);
    for (const code of codes.values()) assert.match(code, /^[A-Z0-9]{3}$/);
    assert.ok(![...codes.values()].includes('VMW'));
  });

  it('do not run out for a thousand stores of one kind', () => {
    const ids = Array.from({ length: 1000 }, (_, index) => `store-${index}`);
    assert.equal(new Set(makeStoreCodes(ids, new Set()).values()).size, 1000);
  });
});

describe('stores of a service with several machines', () => {
  const store = (shared: boolean): StoreDefinition => ({
    id: 'fast',
    driver: 'filesystem',
    options: { path: '/srv/fast', shared },
    description: '',
    weight: 0,
    tier: null,
    site: null,
    hypervisors: [],
    pricePerGibMonth: null,
    quotaBytes: null,
    code: 'FST',
    loadLinePercent: 85,
    mode: 'read-write',
  });
  const problems = (shared: boolean, database: 'sqlite' | 'postgres') => {
    const found: string[] = [];
    checkStores([store(shared)], '/var/lib/stowage', database, (_, key) => found.push(key.join('.')));
    return found;
  };

  it('have to be reached by all of them', () => {
    assert.deepEqual(problems(false, 'postgres'), ['options.shared']);
    assert.deepEqual(problems(true, 'postgres'), []);
    assert.deepEqual(problems(false, 'sqlite'), []);
  });
});
