import { StowageError } from '#lib/contract/errors.ts';
import type { Inspection, Inspector } from '../formats/inspector.ts';

export { openInspector } from '../formats/inspector.ts';
export type RoadInspector = Inspector;

/** Bytes that reach beyond themselves never become an image; what is known of that suffices to stop. */
export function assertSafe(inspection: Inspection): void {
  if (inspection.refusal === null) return;
  throw new StowageError('unsafe_image', inspection.refusal.sentence, { remedy: inspection.refusal.remedy });
}
