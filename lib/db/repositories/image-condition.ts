import { and, inArray, not, or, sql, type SQL } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import { imageFilters } from './image-filters.ts';

/** A condition on an image that somebody made up, as a tree. */
export type ImageCondition =
  | boolean
  | { kind: 'not'; condition: ImageCondition }
  | { kind: 'all' | 'any'; conditions: readonly ImageCondition[] }
  /** Its value is one of these; `protected` is 'true' or 'false'. With `ignoreCase` they are in lower case. */
  | {
      kind: 'column';
      column: 'owner_id' | 'visibility' | 'status' | 'protected';
      values: readonly string[];
      ignoreCase: boolean;
    }
  /** It is shared with this project, whatever that said to it. */
  | { kind: 'member'; project: string };

/** Over `images`. None of the columns is ever null, so that `not` is what it says. */
export function toSql(q: Queries, condition: ImageCondition): SQL {
  if (typeof condition === 'boolean') return condition ? sql`1 = 1` : sql`1 = 0`;
  switch (condition.kind) {
    case 'not':
      return not(sql`(${toSql(q, condition.condition)})`);
    case 'all':
      return sql`(${and(...condition.conditions.map((each) => toSql(q, each))) ?? toSql(q, true)})`;
    case 'any':
      return sql`(${or(...condition.conditions.map((each) => toSql(q, each))) ?? toSql(q, false)})`;
    case 'column': {
      const { column, values, ignoreCase } = condition;
      if (column === 'protected') {
        return inArray(
          q.tables.images.protected,
          values.filter((value) => value === 'true' || value === 'false').map((value) => value === 'true'),
        );
      }
      const target = q.tables.images[column];
      return ignoreCase ? inArray(sql`lower(${target})`, [...values]) : inArray(target, values as never[]);
    }
    case 'member':
      return sql`(${imageFilters.sharedWith(q, condition.project, 'all').where})`;
  }
}
