import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { taskTimeToLiveSeconds } from '#lib/contract/tasks.ts';
import { deleteExpiredTasks, taskSortKeys } from '#lib/db/repositories/tasks.ts';
import { openTestPlace, type TestPlace } from '../images/test-support.ts';
import { createTask } from './create.ts';
import { getTask } from './get.ts';
import { listTasks } from './list.ts';

let place: TestPlace;
before(async () => {
  place = await openTestPlace();
});
after(async () => {
  await place.close();
});

test('tasks are paged in every order, each met once, and go when their time is over', async () => {
  const admin = place.as('tasks', 'admin');
  const made: string[] = [];
  for (let count = 0; count < 5; count += 1) made.push((await createTask(admin, { import_from: 'x' })).id);
  for (const key of taskSortKeys) {
    for (const dir of ['asc', 'desc'] as const) {
      const met: string[] = [];
      for (let marker: string | null = null; ; marker = met.at(-1) ?? null) {
        const sort = { key, dir };
        const page = await listTasks(admin, { type: 'import', status: 'failure', sort, marker, limit: 2 });
        met.push(...page.rows.map(({ id }) => id));
        if (!page.more) break;
      }
      assert.deepEqual(met.toSorted(), made.toSorted(), `${key} ${dir}`);
    }
  }
  const none = {
    type: null,
    status: 'success',
    sort: { key: 'id', dir: 'asc' },
    marker: null,
    limit: 9,
  } as const;
  assert.deepEqual((await listTasks(admin, none)).rows, []);
  const member = place.as('tasks');
  await assert.rejects(listTasks(member, none), { code: 'forbidden' });
  await assert.rejects(getTask(member, made[0] ?? ''), { code: 'forbidden' });
  const { db } = place.runtime;
  assert.equal(await db.transaction((q) => deleteExpiredTasks(q, Date.now())), 0);
  const later = Date.now() + (taskTimeToLiveSeconds + 60) * 1000;
  assert.equal(await db.transaction((q) => deleteExpiredTasks(q, later)), made.length);
  await assert.rejects(getTask(admin, made[0] ?? ''), { code: 'not_found' });
});
