import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';
import { taskStatuses, taskTypes, type TaskStatus, type TaskType } from '#lib/contract/tasks.ts';
import { taskSortKeys } from '#lib/db/repositories/tasks.ts';
import type { TaskQuery } from '#lib/services/tasks/list.ts';
import { toLimit } from './list-query.ts';

const SortKey = z.enum(taskSortKeys);
const SortDir = z.enum(['asc', 'desc']);
const uuidPattern = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

/** The query of `GET /v2/tasks`, with Glance's refusals. */
export function parseTaskQuery(query: URLSearchParams): TaskQuery {
  const marker = query.get('marker');
  if (marker !== null && !uuidPattern.test(marker)) throw wrong('Invalid marker format');
  const key = SortKey.safeParse(query.get('sort_key') ?? 'created_at');
  if (!key.success) throw wrong(`Sort key supplied was not valid: ${query.get('sort_key')}`);
  const dir = SortDir.safeParse(query.get('sort_dir') ?? 'desc');
  if (!dir.success) throw wrong(`Invalid sort direction: ${query.get('sort_dir')}`);
  return {
    type: oneOf<TaskType>(taskTypes, query.get('type'), 'type'),
    status: oneOf<TaskStatus>(taskStatuses, query.get('status'), 'status'),
    sort: { key: key.data, dir: dir.data },
    marker,
    limit: toLimit(query.get('limit')),
  };
}

function oneOf<Value extends string>(known: readonly Value[], given: string | null, what: string) {
  if (given === null || given === '') return null;
  const value = known.find((each) => each === given);
  if (value === undefined) throw wrong(`Invalid ${what} value: ${given}`);
  return value;
}

function wrong(message: string): StowageError {
  return new StowageError('bad_request', message);
}
