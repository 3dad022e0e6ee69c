/**
 * API tokens: everybody makes, lists and ends their own. One is good for the project in which it was made, with the
 * roles that its owner has there at the time of each request, and ends with its owner's password.
 */
import { rolesOf } from '#lib/auth/roles.ts';
import type { ApiTokenView, CreatedApiToken, NewApiToken } from '#lib/contract/api-tokens.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { TokenRow } from '#lib/db/define-schema.ts';
import {
  findProjectNames,
  findTokenHolder,
  listApiTokens as listTokens,
  type TokenHolder,
} from '#lib/db/repositories/identity.ts';
import type { Context } from '#lib/runtime/context.ts';
import { issueToken } from './issue-token.ts';
import { revokeToken } from './revoke-token.ts';

type ApiTokenContext = Pick<Context, 'actor'> & {
  runtime: Pick<Context['runtime'], 'db' | 'now' | 'keystone'>;
};

const dayMilliseconds = 24 * 3_600_000;
/** Somebody who needs more of them loses sight of them. */
const mostOfUser = 100;

/** One itself, or what it was exchanged for at `/identity/v3/auth/tokens`. */
export function isApiToken({ name, parent_hash }: Pick<TokenRow, 'name' | 'parent_hash'>): boolean {
  return name !== null || parent_hash !== null;
}

export async function listApiTokens({ runtime, actor }: ApiTokenContext): Promise<ApiTokenView[]> {
  if (runtime.keystone !== null) return [];
  const rows = await listTokens(runtime.db.read, actor.userId, runtime.now());
  const names = await findProjectNames(
    runtime.db.read,
    rows.flatMap(({ project_id }) => project_id ?? []),
  );
  return rows.map((row) => toView(row, names.get(row.project_id ?? '') ?? ''));
}

/** Its text is in this answer only. `forbidden` to who came with something that is meant for programs itself. */
export async function createApiToken(
  ctx: ApiTokenContext,
  { name, days, read_only = false }: NewApiToken,
): Promise<CreatedApiToken> {
  const { runtime } = ctx;
  const holder = await requirePerson(ctx);
  if (read_only && !rolesOf(holder).includes('reader')) {
    throw new StowageError(
      'forbidden',
      'You may not read in this project, so a token for reading is of no use.',
    );
  }
  const others = await listTokens(runtime.db.read, holder.user.id, runtime.now());
  if (others.length >= mostOfUser) {
    throw new StowageError('conflict', `You have ${others.length} API tokens already.`, {
      remedy: 'End one that is no longer used.',
    });
  }
  const { token, row } = await issueToken(ctx, {
    kind: 'token',
    user: holder.user,
    projectId: holder.project.id,
    methods: holder.token.methods,
    client: null,
    name,
    roles: read_only ? ['reader'] : null,
    lifetime: days * dayMilliseconds,
  });
  return { ...toView(row, holder.project.name), token };
}

/** With everything that was made with it. `not_found` for one of somebody else. */
export async function deleteApiToken(ctx: ApiTokenContext, id: string): Promise<void> {
  const { runtime, actor } = ctx;
  const own = runtime.keystone === null ? await listTokens(runtime.db.read, actor.userId, runtime.now()) : [];
  const row = own.find(({ audit_id }) => audit_id === id);
  if (row === undefined) throw new StowageError('not_found', 'You have no such API token.');
  await requirePerson(ctx);
  await revokeToken(ctx, row.hash);
}

/** What a program was given must neither make others that outlive it nor end those of its owner. */
async function requirePerson({ runtime, actor }: ApiTokenContext): Promise<TokenHolder> {
  if (runtime.keystone !== null) {
    throw new StowageError('conflict', 'Keystone keeps who may sign in, so there are no API tokens here.', {
      remedy: 'Make an application credential in Keystone: openstack application credential create.',
    });
  }
  const holder =
    actor.tokenHash === null ? null : await findTokenHolder(runtime.db.read, actor.tokenHash, runtime.now());
  if (holder === null || holder.credential !== null || isApiToken(holder.token)) {
    throw new StowageError('forbidden', 'API tokens are made and ended by who signed in with a password.', {
      remedy: 'Sign in to the console.',
    });
  }
  return holder;
}

function toView(row: TokenRow, projectName: string): ApiTokenView {
  return {
    id: row.audit_id,
    name: row.name ?? '',
    project: { id: row.project_id ?? '', name: projectName },
    read_only: row.roles !== null,
    created_at: new Date(row.created_at).toISOString(),
    expires_at: new Date(row.expires_at).toISOString(),
  };
}
