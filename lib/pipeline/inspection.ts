import { StowageError } from '#lib/contract/errors.ts';
export interface Inspection {
  refusal?: { sentence: string; remedy: string } | null;
}
export interface RoadInspector {
  write(b: Uint8Array): void;
  writeZeros(n: number): void;
  readonly settled: boolean;
  verdict(): Inspection;
  finish(total: number): Inspection;
  snapshot(): string;
}
export function openInspector(_snapshot?: string): RoadInspector {
  throw new Error('not there yet');
}
export function assertSafe(inspection: Inspection): void {
  if (!inspection.refusal) return;
  throw new StowageError('unsafe_image', inspection.refusal.sentence, { remedy: inspection.refusal.remedy });
}
