import { openInspector, type Inspector } from '../formats/inspector.ts';

/**
 * The inspector of a road that begins at `startOffset`. Null when there is no state for that byte: the inspection has
 * to be made from the stored bytes then ({@link inspectObject} in `inspect-object.ts`).
 */
export function openRoadInspector(startOffset: number, snapshot: string | undefined): Inspector | null {
  if (startOffset === 0) return openInspector();
  if (snapshot === undefined) return null;
  try {
    const inspector = openInspector(snapshot);
    return inspector.position === startOffset ? inspector : null;
  } catch {
    // Recorded by another version of the service.
    return null;
  }
}
