import { StowageError } from '#lib/contract/errors.ts';
import type { Inspection } from '../formats/inspection.ts';

export function tooManyBytes(sizeBytes: number): StowageError {
  return new StowageError('too_large', `More bytes have come than the ${sizeBytes} that were declared.`, {
    remedy: 'Declare the size that the image really has.',
  });
}

export function tooFewBytes(position: number, sizeBytes: number): StowageError {
  return new StowageError('bad_request', `Only ${position} of ${sizeBytes} bytes have come.`, {
    remedy: 'Send the rest, or declare the size that the image really has.',
  });
}

/** @throws StowageError `unsafe_image` when the inspection has found a reason to refuse the image. */
export function assertSafe(inspection: Inspection): void {
  if (!inspection.refusal) return;
  const { sentence, remedy, phrases } = inspection.refusal;
  throw new StowageError('unsafe_image', sentence, { remedy, phrases });
}
