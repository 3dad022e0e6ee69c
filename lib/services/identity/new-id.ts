import { randomUUID } from 'node:crypto';

/** 32 hex digits, as Keystone's ids of users and projects look. */
export function newIdentityId(): string {
  return randomUUID().replaceAll('-', '');
}
