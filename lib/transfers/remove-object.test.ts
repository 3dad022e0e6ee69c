import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import type { LocationRow } from '#lib/db/define-schema.ts';
import { assertFault, patternBytes, put } from '#lib/stores/conformance/place.ts';
import { onFaultStore, reset } from '#lib/stores/testing.ts';
import { removeObject } from './remove-object.ts';

const location = { object_key: 'image-1', resume_state: null } as LocationRow;

test('removes what was published also where the unfinished cannot be removed, and says so', () =>
  onFaultStore({}, async ({ store, faults, directory }) => {
    await put(store, 'image-1', patternBytes(10, 1));
    faults.plan = ({ name }) => (name === 'discard' ? { kind: 'fail', error: reset() } : null);
    await assertFault('unavailable', () => removeObject(store, location));
    assert.deepEqual(readdirSync(directory), ['.stowage-store.json']);
    faults.plan = () => null;
    await removeObject(store, location);
    faults.plan = ({ name }) => (name === 'remove' ? { kind: 'fail', error: reset() } : null);
    await assertFault('unavailable', () => removeObject(store, location));
  }));
