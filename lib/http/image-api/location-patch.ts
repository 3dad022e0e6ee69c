import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';
import type { LocationChange } from '#lib/services/locations/change.ts';
import { toLocation } from './location-body.ts';
import type { Change } from './patch.ts';

const Location = z.object({ url: z.string(), metadata: z.record(z.string(), z.unknown()) }).loose();

/**
 * Null for a PATCH of attributes and properties. One of locations changes nothing else and only in one way, because
 * both could not be done, or undone, together.
 */
export function toLocationChange(changes: readonly Change[]): LocationChange | null {
  const [change] = changes.filter(({ path: [root] }) => root === 'locations');
  if (change === undefined) return null;
  const { operation } = change;
  if (changes.some((each) => each.path[0] !== 'locations' || each.operation !== operation)) {
    throw wrong('A PATCH that changes locations may change them in one way only. Send the rest by itself.');
  }
  switch (operation) {
    case 'remove':
      return { kind: 'remove', places: changes.map(({ path: [, place] }) => toPlace(place, 'removing')) };
    case 'add':
      return {
        kind: 'add',
        locations: changes.map(({ path: [, place], value }) => {
          toPlace(place, 'adding');
          return toGiven(value);
        }),
      };
    case 'replace': {
      const [{ path, value } = change, ...others] = changes;
      if (path.length > 1 || others.length > 0) {
        throw wrong(`Invalid JSON pointer for this resource: '/${(others[0]?.path ?? path).join('/')}'`);
      }
      if (!Array.isArray(value)) throw wrong('Invalid locations');
      return { kind: 'replace', locations: value.map(toGiven) };
    }
  }
}

/** The order of locations is that of the stores, so that of adding them says nothing. */
function toPlace(place: string | undefined, doing: 'adding' | 'removing'): number | 'last' {
  if (place === undefined) throw wrong(`Invalid position for ${doing} a location.`);
  return place === '-' ? 'last' : Number(place);
}

function toGiven(value: unknown) {
  const parsed = Location.safeParse(value);
  if (!parsed.success) {
    throw wrong("Provided object does not match schema 'image': a location has a url and metadata");
  }
  return toLocation(parsed.data, { withChecksum: true });
}

function wrong(message: string): StowageError {
  return new StowageError('bad_request', message, { field: 'locations' });
}
