import { openInspector, type Inspector } from '../formats/inspector.ts';
import { assertSafe } from './road-errors.ts';
import type { Piece } from './types.ts';

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

/** The next bytes in order. Throws StowageError `unsafe_image` as soon as the inspector has found a reason to refuse. */
export function inspectPiece(inspector: Inspector, piece: Piece): void {
  const wasSettled = inspector.settled;
  if (piece instanceof Uint8Array) inspector.write(piece);
  else inspector.writeZeros(piece.zeros);
  if (!wasSettled) assertSafe(inspector.verdict());
}
