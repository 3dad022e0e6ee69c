import { hashToken } from '#lib/auth/tokens.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { Role, UserRow } from '#lib/db/define-schema.ts';
import { findTokenHolder, findUser, type TokenHolder } from '#lib/db/repositories/identity.ts';
import { chooseProject, type WantedProject } from './choose-project.ts';
import type { IdentityContext } from './identity-context.ts';
import { issueToken } from './issue-token.ts';
import { verifyApplicationCredential, type NamedCredential } from './verify-application-credential.ts';
import { verifyCredentials, wrongCredentials } from './verify-credentials.ts';

export interface CreateToken {
  proof:
    | { method: 'password'; user: { id: string } | { name: string }; password: string }
    | { method: 'application_credential'; credential: NamedCredential; secret: string }
    | { method: 'token'; token: string };
  project: WantedProject;
  address: string | null;
  client: string | null;
}

/** What a proof is good for. */
interface Proved {
  user: UserRow;
  methods: string[];
  notAfter: number;
  /** Where the token is for when no project is named. */
  current: { id: string } | null;
  /** Then it is good for `current` only. */
  credentialId: string | null;
  /** Of an API token: then it is good for `current` only and ends with it. */
  parent: { hash: string; roles: Role[] | null } | null;
}

/** A token for who proves to be somebody, in one project. `unauthenticated` for whatever is wrong with the proof. */
export async function createToken(
  ctx: Pick<IdentityContext, 'runtime'>,
  { proof, project: wanted, address, client }: CreateToken,
): Promise<{ token: string; holder: TokenHolder }> {
  const proved = await prove(ctx, proof, address);
  const { user, current, credentialId, parent } = proved;
  const project = await chooseProject(ctx, user, wanted ?? current);
  if (credentialId !== null && project.id !== current?.id) {
    throw new StowageError('unauthenticated', 'An application credential is good for its own project only.', {
      remedy: 'Name no project, or sign in with the password.',
    });
  }
  if (parent !== null && project.id !== current?.id) {
    throw new StowageError('unauthenticated', 'An API token is good for its own project only.', {
      remedy: 'Name no project, or make an API token in that one.',
    });
  }
  const { token, row } = await issueToken(ctx, {
    kind: 'token',
    user,
    projectId: project.id,
    methods: proved.methods,
    client,
    notAfter: proved.notAfter,
    applicationCredentialId: credentialId,
    roles: parent?.roles ?? null,
    parentHash: parent?.hash ?? null,
  });
  const holder = await findTokenHolder(ctx.runtime.db.read, row.hash, ctx.runtime.now());
  if (holder === null) throw wrongCredentials();
  return { token, holder };
}

async function prove(
  ctx: Pick<IdentityContext, 'runtime'>,
  proof: CreateToken['proof'],
  address: string | null,
): Promise<Proved> {
  if (proof.method === 'token') return await fromToken(ctx, proof.token);
  if (proof.method === 'application_credential') {
    const { credential, user } = await verifyApplicationCredential(ctx, {
      named: proof.credential,
      secret: proof.secret,
      address,
    });
    return {
      user,
      methods: [proof.method],
      notAfter: credential.expires_at ?? Infinity,
      current: { id: credential.project_id },
      credentialId: credential.id,
      parent: null,
    };
  }
  return {
    user: await verifyCredentials(ctx, { user: proof.user, password: proof.password, address }),
    methods: [proof.method],
    notAfter: Infinity,
    current: null,
    credentialId: null,
    parent: null,
  };
}

/** From one project to another: lives no longer than the token that it is made from. */
async function fromToken({ runtime }: Pick<IdentityContext, 'runtime'>, token: string): Promise<Proved> {
  const holder = await findTokenHolder(runtime.db.read, hashToken(token), runtime.now());
  const user = holder === null ? null : await findUser(runtime.db.read, holder.user.id);
  if (holder === null || user === null || holder.token.kind !== 'token') {
    throw new StowageError('unauthenticated', 'The token is not valid, or it has ended.', {
      remedy: 'Sign in with the password.',
    });
  }
  const parentHash = holder.token.name === null ? holder.token.parent_hash : holder.token.hash;
  return {
    user,
    methods: [...new Set([...holder.token.methods, 'token'])],
    notAfter: holder.token.expires_at,
    current: { id: holder.project.id },
    credentialId: holder.credential?.id ?? null,
    parent: parentHash === null ? null : { hash: parentHash, roles: holder.token.roles },
  };
}
