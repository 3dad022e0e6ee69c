/** What people may set of an image, and the rules for it. Pure. */
import type { Actor } from '#lib/auth/actor.ts';
import { can, type ImageTarget } from '#lib/auth/policy.ts';
import { containerFormats, diskFormats, type ImageStatus, type Visibility } from '#lib/contract/common.ts';
import { StowageError } from '#lib/contract/errors.ts';
import {
  nameLimitCharacters,
  propertyLimitCount,
  tagLimitCharacters,
  tagLimitCount,
} from '#lib/contract/limits.ts';

export interface ImageDraft {
  name: string | null;
  visibility: Visibility;
  protected: boolean;
  hidden: boolean;
  ownerId: string;
  minDiskGib: number;
  minRamMib: number;
  diskFormat: string | null;
  containerFormat: string | null;
  tags: readonly string[];
  properties: Readonly<Record<string, string>>;
}

const propertyNameLimitCharacters = 255;
/** What a TEXT column of Glance's database holds. */
const propertyValueLimitBytes = 65_535;
const integerLimit = 2 ** 31 - 1;

/** Throws `bad_request` for what is no image, `quota_exceeded` for too much of something. */
export function assertDraft(draft: ImageDraft): void {
  const { name, minDiskGib, minRamMib, diskFormat, containerFormat, tags, properties } = draft;
  assertText('name', name ?? '', nameLimitCharacters);
  for (const [field, value] of [
    ['min_disk', minDiskGib],
    ['min_ram', minRamMib],
  ] as const) {
    if (!Number.isInteger(value) || value < 0 || value > integerLimit) {
      throw wrong(field, `${field} must be a whole number from 0 to ${integerLimit}`);
    }
  }
  assertOneOf('disk_format', diskFormat, diskFormats);
  assertOneOf('container_format', containerFormat, containerFormats);
  for (const tag of tags) {
    if (tag === '') throw wrong('tags', 'a tag must not be empty');
    assertText('tags', tag, tagLimitCharacters);
  }
  assertCount('tags', new Set(tags).size, tagLimitCount);
  const entries = Object.entries(properties);
  for (const [property, value] of entries) {
    if (property === '') throw wrong(property, 'a property must have a name');
    assertText(property, property, propertyNameLimitCharacters);
    if (value.includes('\0')) throw wrong(property, `${property} must not hold a NUL character`);
    if (Buffer.byteLength(value) > propertyValueLimitBytes) {
      throw wrong(property, `${property} must have at most ${propertyValueLimitBytes} bytes`);
    }
  }
  assertPropertyCount(entries.length);
}

/** Throws `quota_exceeded`. */
export function assertPropertyCount(count: number): void {
  assertCount('properties', count, propertyLimitCount);
}

/** Throws `forbidden` for what this caller may not make of the image. `before` null: it is being created. */
export function assertMayBecomeDraft(
  actor: Actor,
  before:
    | (ImageTarget & { status: ImageStatus; disk_format: string | null; container_format: string | null })
    | null,
  draft: ImageDraft,
): void {
  const target: ImageTarget = before ?? { owner_id: draft.ownerId, visibility: 'private' };
  if (draft.visibility !== before?.visibility) assertMayShow(actor, target, draft.visibility);
  if (before === null) return;
  if (draft.ownerId !== before.owner_id && !actor.administrator) {
    throw new StowageError('forbidden', "Owner can't be updated by non admin.");
  }
  if (before.status === 'queued' || before.status === 'importing') return;
  if (draft.diskFormat !== before.disk_format) throw formatIsSettled('disk_format');
  if (draft.containerFormat !== before.container_format) throw formatIsSettled('container_format');
}

/** Throws `forbidden` for a visibility that this caller may not give the image. */
export function assertMayShow(actor: Actor, image: ImageTarget, visibility: Visibility): void {
  if (visibility === 'public' && !can(actor, 'publicize_image', image)) throw forbidden('publicize_image');
  if (visibility === 'community' && !can(actor, 'communitize_image', image)) {
    throw forbidden('communitize_image');
  }
}

function forbidden(action: string): StowageError {
  return new StowageError('forbidden', `You are not authorized to complete ${action} action.`, {
    field: 'visibility',
    remedy: 'Ask an administrator.',
  });
}

function formatIsSettled(field: string): StowageError {
  return new StowageError('forbidden', `Attribute ${field} can be only replaced for a queued image.`, {
    field,
  });
}

function assertText(field: string, text: string, limit: number): void {
  if (text.length > limit) throw wrong(field, `${field} must have at most ${limit} characters`);
  if (text.includes('\0')) throw wrong(field, `${field} must not hold a NUL character`);
}

function assertOneOf(field: string, value: string | null, allowed: readonly string[]): void {
  if (value === null || allowed.includes(value)) return;
  throw wrong(field, `'${value}' is not one of ${allowed.join(', ')}`);
}

function assertCount(what: string, count: number, limit: number): void {
  if (count <= limit) return;
  throw new StowageError(
    'quota_exceeded',
    `The limit has been exceeded on the number of allowed image ${what}. Attempted: ${count}, Maximum: ${limit}`,
    { field: what },
  );
}

function wrong(field: string, message: string): StowageError {
  return new StowageError('bad_request', `Provided object does not match schema 'image': ${message}.`, {
    field,
  });
}
