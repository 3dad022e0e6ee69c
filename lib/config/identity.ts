import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { IdentityConfig, KeystoneConfig } from './config.ts';
import type { ConfigDocument } from './document.ts';
import { systemCode } from './problems.ts';
import type { ConfigFile, KeystoneSection } from './schema.ts';

/** Who may sign in and how; reports what is missing for it. */
export function readIdentity(
  { mode, keystone }: ConfigFile['identity'],
  document: ConfigDocument | null,
): IdentityConfig {
  if (mode === 'standalone') return { mode };
  const report = (message: string, remedy: string) =>
    document?.report(['identity', 'keystone'], message, remedy);
  if (keystone === undefined) {
    report(
      'In keystone mode Stowage must know where Keystone is, and who it is there itself.',
      'Write auth_url, username, password_file and project below identity.keystone.',
    );
    return { mode: 'standalone' };
  }
  const credentials = readCredentials(keystone, report);
  if (credentials === null) return { mode: 'standalone' };
  const root = keystone.auth_url.replace(/\/+$/, '').replace(/\/v3$/, '');
  return {
    mode,
    keystone: {
      authUrl: `${root}/v3`,
      publicUrl: keystone.www_authenticate_uri?.replace(/\/+$/, '').replace(/\/v3$/, '') ?? root,
      credentials,
      region: keystone.region ?? null,
      ca: keystone.ca_file === undefined ? null : readCertificates(keystone.ca_file, document),
      serviceTokenRoles: keystone.service_token_roles,
      cacheSeconds: keystone.cache_seconds,
    },
  };
}

/** What `ca_file` names, a relative path counted from the file that says so; a file without a certificate is reported. */
function readCertificates(file: string, document: ConfigDocument | null): string | null {
  const report = (message: string, remedy: string) =>
    document?.report(['identity', 'keystone', 'ca_file'], message, remedy);
  let pem: string;
  try {
    pem = readFileSync(path.resolve(document?.directory ?? '.', file), 'utf8');
  } catch (error) {
    report(`The file ${file} cannot be read: ${systemCode(error)}.`, 'Name a file that this user may read.');
    return null;
  }
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length > 0 && certificates.every(isCertificate)) return pem;
  report(
    `The file ${file} holds no certificate that can be read.`,
    'Name the certificate of the authority that issued the one of Keystone, as PEM.',
  );
  return null;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch (error) {
    // All that it throws: what stands there is none.
    if (error instanceof Error) return false;
    throw error;
  }
}

function readCredentials(
  given: KeystoneSection,
  report: (message: string, remedy: string) => void,
): KeystoneConfig['credentials'] | null {
  const { application_credential_id: id, application_credential_secret: secret } = given;
  if (id !== undefined || secret !== undefined) {
    if (given.username !== undefined || given.password !== undefined) {
      report(
        'It names a user and an application credential, and only one of the two can count.',
        'Remove username and password, or application_credential_id and application_credential_secret.',
      );
      return null;
    }
    if (id !== undefined && secret !== undefined) return { kind: 'application_credential', id, secret };
    report(
      `The application credential has no ${id === undefined ? 'id' : 'secret'}.`,
      `Write application_credential_${id === undefined ? 'id' : 'secret_file'}.`,
    );
    return null;
  }
  const { username, password, project } = given;
  if (username !== undefined && password !== undefined && project !== undefined) {
    return {
      kind: 'password',
      username,
      password,
      userDomain: given.user_domain,
      project,
      projectDomain: given.project_domain,
    };
  }
  const missing = Object.entries({ username, password, project })
    .filter(([, value]) => value === undefined)
    .map(([key]) => key);
  report(
    `Stowage cannot sign in to Keystone: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing.`,
    'Write username, password_file and project of the service user, or an application credential.',
  );
  return null;
}
