/** Files with which programs sign in by an application credential. */
import { shellWord } from './shell-command.ts';

export interface CredentialAccess {
  authUrl: string;
  id: string;
  secret: string;
}

export const credentialFiles = ['clouds', 'shell', 'terraform'] as const;
export type CredentialFile = (typeof credentialFiles)[number];

/** Our one cloud has one region; Keystone's regions are in its own catalog. */
const region = 'RegionOne';

export function credentialFile(file: CredentialFile, access: CredentialAccess): string {
  switch (file) {
    case 'clouds':
      return `clouds:
  stowage:
    auth_type: v3applicationcredential
    auth:
      auth_url: ${yamlText(access.authUrl)}
      application_credential_id: ${yamlText(access.id)}
      application_credential_secret: ${yamlText(access.secret)}
    region_name: ${region}
    identity_api_version: 3
`;
    case 'shell':
      return [
        'export OS_AUTH_TYPE=v3applicationcredential',
        `export OS_AUTH_URL=${shellWord(access.authUrl)}`,
        `export OS_APPLICATION_CREDENTIAL_ID=${shellWord(access.id)}`,
        `export OS_APPLICATION_CREDENTIAL_SECRET=${shellWord(access.secret)}`,
        `export OS_REGION_NAME=${region} OS_IDENTITY_API_VERSION=3`,
        '',
      ].join('\n');
    case 'terraform':
      return `terraform {
  required_providers {
    openstack = { source = "terraform-provider-openstack/openstack" }
  }
}

provider "openstack" {
  cloud = "stowage"
}

resource "openstack_images_image_v2" "example" {
  name             = "ubuntu-24.04"
  local_file_path  = "noble.qcow2"
  disk_format      = "qcow2"
  container_format = "bare"
}
`;
  }
}

/** A double-quoted scalar reads the same as JSON's string. */
function yamlText(text: string): string {
  return JSON.stringify(text);
}
