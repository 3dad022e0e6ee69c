import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { surviveKills } from '../../conformance/killing.ts';
import { openDirectories } from './testing.ts';

test('loses nothing acknowledged and leaves nothing unnamed when it is killed again and again', (context) =>
  surviveKills(context, {
    victim: new URL('kill-victim.ts', import.meta.url),
    rounds: 16,
    longestMilliseconds: 250,
    isRemovedAtOnce: true,
    async openPlace() {
      const place = await openDirectories();
      const neighbour = place.path.replace(/store$/, 'neighbour');
      return {
        stores: [await place.open(), await place.openNeighbour()],
        parameters: [place.path, neighbour],
        async assertEmpty() {
          for (const directory of [place.path, neighbour]) {
            const entries = await readdir(directory, { recursive: true, withFileTypes: true });
            const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
            assert.deepEqual(files, ['.stowage-store.json']);
          }
        },
        remove: place.remove,
      };
    },
  }));
