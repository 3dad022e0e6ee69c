import { hashToken } from '#lib/auth/tokens.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { findTokenHolder, findUser, type TokenHolder } from '#lib/db/repositories/identity.ts';
import { chooseProject, type WantedProject } from './choose-project.ts';
import type { IdentityContext } from './identity-context.ts';
import { issueToken } from './issue-token.ts';
import { verifyCredentials, wrongCredentials } from './verify-credentials.ts';

export interface CreateToken {
  proof:
    | { method: 'password'; user: { id: string } | { name: string }; password: string }
    | { method: 'token'; token: string };
  project: WantedProject;
  address: string | null;
  client: string | null;
}

/** A token for who proves to be somebody, in one project. `unauthenticated` for whatever is wrong with the proof. */
export async function createToken(
  ctx: Pick<IdentityContext, 'runtime'>,
  { proof, project: wanted, address, client }: CreateToken,
): Promise<{ token: string; holder: TokenHolder }> {
  const { user, notAfter, methods, current } =
    proof.method === 'password'
      ? {
          user: await verifyCredentials(ctx, { user: proof.user, password: proof.password, address }),
          methods: ['password'],
          notAfter: Infinity,
          current: null,
        }
      : await fromToken(ctx, proof.token);
  const project = await chooseProject(ctx, user, wanted ?? current);
  const { token, row } = await issueToken(ctx, {
    kind: 'token',
    userId: user.id,
    projectId: project.id,
    methods,
    client,
    notAfter,
  });
  const holder = await findTokenHolder(ctx.runtime.db.read, row.hash, ctx.runtime.now());
  if (holder === null) throw wrongCredentials();
  return { token, holder };
}

/** From one project to another: lives no longer than the token that it is made from. */
async function fromToken({ runtime }: Pick<IdentityContext, 'runtime'>, token: string) {
  const holder = await findTokenHolder(runtime.db.read, hashToken(token), runtime.now());
  const user = holder === null ? null : await findUser(runtime.db.read, holder.user.id);
  if (holder === null || user === null || holder.token.kind !== 'token') {
    throw new StowageError('unauthenticated', 'The token is not valid, or it has ended.', {
      remedy: 'Sign in with the password.',
    });
  }
  const methods = [...new Set([...holder.token.methods, 'token'])];
  return { user, notAfter: holder.token.expires_at, methods, current: { id: holder.project.id } };
}
