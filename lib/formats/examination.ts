/**
 * The examination of one file, independent of how its bytes come: it says which stretch it wants to see next and is
 * given that stretch. A stream waits until the stretch passes, a file on a disk reads it. So the same bytes have the
 * same verdict, however they are cut into chunks.
 */
import { headBytes } from './bytes.ts';
import { concludeWithEnd } from './ending.ts';
import { examineRaw } from './families/raw.ts';
import type { Examined, Finding, Follow, Inspection, Want } from './inspection.ts';
import { findFamilies, followFurther } from './table.ts';
import { finding, refusals } from './words.ts';

/** Enough to see the marks of nearly all formats, so that a browser can name them at once. */
export const markBytes = 1024;

const nothingKnown: Finding = finding(
  { format: 'unknown', diskFormat: null, containerFormat: null, detail: 'Not known yet' },
  {},
);

/** Plain JSON. */
export interface ExaminationState {
  finding: Finding;
  headSeen: boolean;
  follow: Follow | null;
}

export const newExamination: ExaminationState = { finding: nothingKnown, headSeen: false, follow: null };

/** Null when nothing but the end of the file can change the verdict. */
export function wantOf(state: ExaminationState): Want | null {
  if (state.finding.refusal !== null) return null;
  if (!state.headSeen) return { offset: 0, length: headBytes };
  return state.follow?.next ?? null;
}

/** A first name for what is coming, from the first `markBytes`; no judgement yet. */
export function guess(state: ExaminationState, bytes: Uint8Array): ExaminationState {
  const [family] = findFamilies(bytes);
  return family === undefined || state.headSeen ? state : { ...state, finding: finding(family) };
}

function examineHead(bytes: Uint8Array, ended: boolean): Examined {
  const found = findFamilies(bytes);
  const [first] = found;
  if (first === undefined) return examineRaw({ bytes, ended });
  if (found.length > 1) {
    return {
      finding: finding(first, { refusal: refusals.severalFormats(found.map(({ detail }) => detail)) }),
      follow: null,
    };
  }
  return first.examine({ bytes, ended });
}

/**
 * Gives the stretch that was wanted. Shorter than that: the file ends there. The answer's `wantOf` may lie inside a
 * stretch that was given before (only ever inside the first one).
 */
export function accept(state: ExaminationState, bytes: Uint8Array): ExaminationState {
  const want = wantOf(state);
  if (want === null) return state;
  const ended = bytes.length < want.length;
  const { finding: found, follow } =
    state.follow === null ? examineHead(bytes, ended) : followFurther(state.follow, bytes);
  return { finding: found, headSeen: true, follow };
}

/** The verdict as of now, without what only the end can tell. */
export function verdictOf(state: ExaminationState): Inspection {
  const { atEnd: _atEnd, ...inspection } = state.finding;
  return inspection;
}

/**
 * The final verdict.
 * @param tail the last `tailBytes` of the file, or all of it if it is shorter; null if they were never seen.
 */
export function conclude(state: ExaminationState, totalBytes: number, tail: Uint8Array | null): Inspection {
  if (totalBytes === 0) return { ...verdictOf({ ...state, finding: nothingKnown }), detail: 'Empty' };
  return concludeWithEnd(state.finding, totalBytes, tail);
}
