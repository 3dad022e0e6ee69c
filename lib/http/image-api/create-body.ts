import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';
import type { NewImageRecord } from '#lib/services/images/create.ts';
import { assertPropertyCount, type ImageDraft } from '#lib/services/images/draft.ts';
import { isAttribute, setAttribute } from './attributes.ts';

/** Kept as JSON.parse made it: a schema that copies would lose a property named `__proto__`. */
export const CreateBody = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'Body expected in request',
);

const Id = z.string().regex(/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/);

/** The body of `POST /v2/images`. */
export function toNewImage(body: Record<string, unknown>): NewImageRecord {
  // Before each is looked at: a body has room for tens of thousands.
  const properties = Object.keys(body).filter((name) => name !== 'id' && !isAttribute(name));
  assertPropertyCount(properties.length);
  let id: string | null = null;
  let hasOwner = false;
  let draft: ImageDraft = {
    name: null,
    visibility: 'shared',
    protected: false,
    hidden: false,
    ownerId: '',
    minDiskGib: 0,
    minRamMib: 0,
    diskFormat: null,
    containerFormat: null,
    tags: [],
    properties: Object.create(null) as Record<string, string>,
  };
  for (const [name, value] of Object.entries(body)) {
    if (name === 'id') {
      const parsed = Id.safeParse(value);
      if (!parsed.success) {
        throw new StowageError(
          'bad_request',
          `Provided object does not match schema 'image': id is no UUID.`,
          {
            field: 'id',
          },
        );
      }
      id = parsed.data;
    } else if (name === 'owner' && value === null) {
      hasOwner = false;
    } else {
      hasOwner ||= name === 'owner';
      draft = setAttribute(draft, name, value);
    }
  }
  return { ...draft, id, ownerId: hasOwner ? draft.ownerId : null };
}
