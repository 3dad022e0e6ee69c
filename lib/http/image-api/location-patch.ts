import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';
import type { LocationChange } from '#lib/services/locations/change.ts';
import { toLocation } from './location-body.ts';
import type { Change } from './patch.ts';

const Location = z.object({ url: z.string(), metadata: z.record(z.string(), z.unknown()) }).loose();

/**
 * Null for a PATCH of attributes and properties. One of locations has that one change and no other, because both could
 * not be done, or undone, together.
 */
export function toLocationChange(changes: readonly Change[]): LocationChange | null {
  const [change] = changes.filter(({ path: [root] }) => root === 'locations');
  if (change === undefined) return null;
  if (changes.length > 1) {
    throw wrong('A PATCH that changes locations may hold one change only. Send the others by themselves.');
  }
  const place = change.path[1];
  if (change.operation === 'remove') {
    if (place === undefined || place === '-') throw wrong('Invalid position for removing a location.');
    return { kind: 'remove', index: Number(place) };
  }
  if (change.operation === 'add') {
    if (place === undefined) throw wrong('Invalid position for adding a location.');
    return toAdded(change.value);
  }
  const [only, ...others] = Array.isArray(change.value) ? (change.value as unknown[]) : [];
  if (only === undefined) throw new StowageError('forbidden', 'Cannot set locations to empty list.');
  if (others.length > 0)
    throw wrong('An image takes one location. Import it into further stores by copy-image.');
  return toAdded(only);
}

function toAdded(value: unknown): LocationChange {
  const parsed = Location.safeParse(value);
  if (!parsed.success) {
    throw wrong("Provided object does not match schema 'image': a location has a url and metadata");
  }
  return { kind: 'add', body: parsed.data, ...toLocation(parsed.data) };
}

function wrong(message: string): StowageError {
  return new StowageError('bad_request', message, { field: 'locations' });
}
