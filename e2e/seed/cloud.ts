import type { SeededStore } from './images.ts';

/** Owns some forty images, however many there are. */
export const rareOwner = 'project-of-few';

/** Project ids; the rows of `projects` are not needed to own images. */
export function owners(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `project-${String(i + 1).padStart(4, '0')}`);
}

/**
 * Stores as clouds fill them: most images in the first, what is old in the second, and each further one a tenth of the
 * one before.
 */
export function storesLike(ids: readonly string[]): SeededStore[] {
  return ids.map((id, i) => {
    if (i === 0) return { id, share: 0.8 };
    if (i === 1) return { id, share: 0.9, ages: [0, 0.5] };
    return { id, share: 0.5 * 0.1 ** (i - 2) };
  });
}
