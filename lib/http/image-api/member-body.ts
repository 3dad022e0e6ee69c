import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';
import type { MemberRow } from '#lib/db/repositories/members.ts';

/** Any JSON: what is wrong with it is said in Glance's words. */
export const MemberBody = z.unknown();

const Status = z.enum(['pending', 'accepted', 'rejected']);

/** The body of `POST …/members`: the project to share with. */
export function toMemberId(body: unknown): string {
  const member = fieldOf(body, 'member', 'Expected a member in the form: {"member": "image_id"}');
  if (member === undefined) throw wrong('Member to be added not specified');
  if (typeof member !== 'string' || member.trim() === '') throw wrong("Member can't be empty");
  if (member.length > 255) throw wrong('A member must have at most 255 characters');
  return member;
}

/** The body of `PUT …/members/{member}`. */
export function toMemberStatus(body: unknown): MemberRow['status'] {
  const status = fieldOf(body, 'status', 'Expected a status in the form: {"status": "status"}');
  if (status === undefined) throw wrong('Status not specified');
  const parsed = Status.safeParse(status);
  if (parsed.success) return parsed.data;
  throw wrong('Incorrect request: Status must be "pending", "accepted" or "rejected".');
}

function fieldOf(body: unknown, name: string, form: string): unknown {
  if (body === undefined) throw wrong('Body expected in request.');
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw wrong(form);
  return (body as Record<string, unknown>)[name];
}

function wrong(message: string): StowageError {
  return new StowageError('bad_request', message);
}
