import { StowageError } from '#lib/contract/errors.ts';
import type { CreateToken } from '#lib/services/identity/create-token.ts';
import { isDefaultDomain } from '#lib/services/identity/domain.ts';
import type { NamedCredential } from '#lib/services/identity/verify-application-credential.ts';
import { wrongCredentials } from '#lib/services/identity/verify-credentials.ts';
import type { AuthBody } from './auth-body.ts';

const known = ['password', 'token', 'application_credential'];

/** Keystone's request in our words. Without a scope, or `unscoped`, the user's default project is meant. */
export function toCreateToken({ auth }: AuthBody): Pick<CreateToken, 'proof' | 'project'> {
  return { proof: toProof(auth.identity), project: toWantedProject(auth.scope) };
}

function toProof(identity: AuthBody['auth']['identity']): CreateToken['proof'] {
  const { methods, password, token, application_credential: credential } = identity;
  const [method, ...others] = methods;
  if (others.length === 0 && method === 'password' && password !== undefined) {
    return { method, user: toUser(password.user), password: password.user.password };
  }
  if (others.length === 0 && method === 'token' && token !== undefined) return { method, token: token.id };
  if (others.length === 0 && method === 'application_credential' && credential !== undefined) {
    return { method, credential: toCredential(credential), secret: credential.secret };
  }
  if (methods.every((each) => known.includes(each))) {
    throw new StowageError('bad_request', 'auth.identity must hold one method and what belongs to it.', {
      field: 'auth.identity',
    });
  }
  throw new StowageError('unauthenticated', `Signing in with ${methods.join(', ')} is not supported here.`, {
    remedy: `Use one of the methods ${known.join(', ')}.`,
  });
}

type GivenCredential = NonNullable<AuthBody['auth']['identity']['application_credential']>;

function toCredential({ id, name, user }: GivenCredential): NamedCredential {
  if (id !== undefined) return { id };
  if (name !== undefined && user !== undefined) return { name, user: toUser(user) };
  throw new StowageError(
    'bad_request',
    'auth.identity.application_credential needs an id, or a name and a user.',
    { field: 'auth.identity.application_credential' },
  );
}

type Named = Omit<NonNullable<AuthBody['auth']['identity']['password']>['user'], 'password'>;

function toUser({ id, name, domain }: Named): { id: string } | { name: string } {
  if (id !== undefined) return { id };
  if (name === undefined) {
    throw new StowageError(
      'bad_request',
      'auth.identity.password.user needs an id, or a name and a domain.',
      {
        field: 'auth.identity.password.user',
      },
    );
  }
  if (domain !== undefined && !isDefaultDomain(domain)) throw wrongCredentials();
  return { name };
}

function toWantedProject(scope: AuthBody['auth']['scope']): CreateToken['project'] {
  if (scope === undefined || scope === 'unscoped') return null;
  const { project } = scope;
  if (project === undefined) {
    throw new StowageError(
      'unauthenticated',
      'Tokens are given for projects only, not for a domain or the system.',
      {
        remedy: 'Name a project.',
      },
    );
  }
  if (project.id !== undefined) return { id: project.id };
  if (project.name === undefined) {
    throw new StowageError('bad_request', 'auth.scope.project needs an id, or a name and a domain.', {
      field: 'auth.scope.project',
    });
  }
  if (project.domain !== undefined && !isDefaultDomain(project.domain)) throw wrongCredentials();
  return { name: project.name };
}
