import type { NewApiToken } from '#lib/contract/api-tokens.ts';
import type { ImageUpdate } from '#lib/contract/images.ts';
import type { ProjectLimits } from '#lib/contract/quotas.ts';
import type { SessionView } from '#lib/contract/session.ts';
import type { ImageFilters } from './queries/images.ts';
import type { TransferAction, TransferFilters } from './queries/transfers.ts';
import { addresses } from './paths.ts';
import { withQuery } from './api.ts';

/** The same deed for a shell. Null where a tool has no word for it. */
export interface Equivalents {
  openstack: string | null;
  glance: string | null;
  curl: string;
}

export const programs = ['openstack', 'glance', 'curl'] as const satisfies readonly (keyof Equivalents)[];
export type Program = (typeof programs)[number];

/** Something that the console can do, with what it is done to. */
export type Deed =
  | { kind: 'sign-in'; user: string; project: string; identity?: SessionView['identity'] | undefined }
  | { kind: 'list-images'; filters: ImageFilters }
  | { kind: 'show-image'; image: string }
  | { kind: 'download-image'; image: string; file: string }
  | { kind: 'upload-image'; name: string; file: string; diskFormat: string; stores: string[] }
  | { kind: 'copy-image'; image: string; stores: string[]; moveFrom?: string }
  | { kind: 'verify-copy'; image: string; store: string }
  | { kind: 'remove-copy'; image: string; store: string }
  | {
      kind: 'update-image';
      image: string;
      update: ImageUpdate;
      removedTags?: string[];
      removedProperties?: string[];
    }
  | { kind: 'delete-image'; image: string }
  | { kind: 'list-transfers'; filters: TransferFilters }
  | { kind: 'steer-transfer'; transfer: string; action: TransferAction }
  | { kind: 'list-uploads' }
  | { kind: 'cancel-upload'; upload: string }
  | { kind: 'list-stores' }
  | { kind: 'show-store'; store: string }
  | { kind: 'create-api-token'; token: NewApiToken }
  | { kind: 'show-usage' }
  | { kind: 'set-limits'; project: string; limits: ProjectLimits }
  | {
      kind: 'create-credential';
      identity: SessionView['identity'];
      user: string;
      name: string;
      description: string;
      roles: string[];
      expiresAt: string | null;
    };

/** What a shell takes as one word. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** One option a line, so that it can be read and changed. */
function command(...words: (string | false | undefined)[]): string {
  return words.filter((word) => typeof word === 'string').join(' \\\n  ');
}

function curl(
  base: string,
  path: string,
  options: { method?: string; json?: unknown; more?: string[] } = {},
): string {
  return command(
    `curl ${options.method ? `-X ${options.method} ` : ''}-H "X-Auth-Token: $TOKEN"`,
    options.json !== undefined && `-H 'Content-Type: application/json'`,
    options.json !== undefined && `-d ${shellWord(JSON.stringify(options.json))}`,
    ...(options.more ?? []),
    shellWord(`${base}${path}`),
  );
}

/**
 * @param base where this service is reached, without a slash at its end.
 */
export function equivalentsOf(deed: Deed, base: string): Equivalents {
  switch (deed.kind) {
    case 'sign-in':
      return signIn(deed, base);
    case 'list-images':
      return listImages(deed.filters, base);
    case 'show-image':
      return {
        openstack: `openstack image show ${shellWord(deed.image)}`,
        glance: `glance image-show ${shellWord(deed.image)}`,
        curl: curl(base, addresses.image(deed.image)),
      };
    case 'download-image':
      return {
        openstack: `openstack image save --file ${shellWord(deed.file)} ${shellWord(deed.image)}`,
        glance: `glance image-download --file ${shellWord(deed.file)} --progress ${shellWord(deed.image)}`,
        curl: curl(base, addresses.download(deed.image), { more: [`-o ${shellWord(deed.file)}`] }),
      };
    case 'upload-image':
      return uploadImage(deed, base);
    case 'copy-image':
      return copyImage(deed, base);
    case 'verify-copy':
      return {
        openstack: null,
        glance: null,
        curl: curl(base, addresses.verify(deed.image, deed.store), { method: 'POST' }),
      };
    case 'remove-copy':
      return {
        openstack: `openstack image delete --store ${shellWord(deed.store)} ${shellWord(deed.image)}`,
        glance: `glance stores-delete --store ${shellWord(deed.store)} ${shellWord(deed.image)}`,
        curl: curl(base, addresses.location(deed.image, deed.store), { method: 'DELETE' }),
      };
    case 'update-image':
      return updateImage(deed, base);
    case 'delete-image':
      return {
        openstack: `openstack image delete ${shellWord(deed.image)}`,
        glance: `glance image-delete ${shellWord(deed.image)}`,
        curl: curl(base, addresses.image(deed.image), { method: 'DELETE' }),
      };
    case 'list-transfers':
      return onlyCurl(curl(base, withQuery(addresses.transfers, deed.filters)));
    case 'steer-transfer':
      return onlyCurl(curl(base, addresses.transferAction(deed.transfer, deed.action), { method: 'POST' }));
    case 'list-uploads':
      return onlyCurl(curl(base, addresses.uploads));
    case 'cancel-upload':
      return onlyCurl(curl(base, addresses.upload(deed.upload), { method: 'DELETE' }));
    case 'list-stores':
      return {
        openstack: 'openstack image stores info --detail',
        glance: 'glance stores-info --detail',
        curl: curl(base, addresses.stores),
      };
    case 'show-store':
      return { openstack: null, glance: null, curl: curl(base, addresses.store(deed.store)) };
    case 'create-api-token':
      return onlyCurl(curl(base, addresses.apiTokens, { method: 'POST', json: deed.token }));
    case 'show-usage':
      return { openstack: null, glance: 'glance usage', curl: curl(base, addresses.usage) };
    case 'set-limits':
      return onlyCurl(
        curl(base, addresses.projectLimits(deed.project), { method: 'PUT', json: deed.limits }),
      );
    case 'create-credential':
      return createCredential(deed);
  }
}

/** What the Images API has no word for. */
function onlyCurl(text: string): Equivalents {
  return { openstack: null, glance: null, curl: text };
}

function signIn({ user, project, identity }: Extract<Deed, { kind: 'sign-in' }>, base: string): Equivalents {
  const authUrl = identity?.auth_url ?? `${base}/identity/v3`;
  const userDomain = identity?.user_domain ?? 'Default';
  const projectDomain = identity?.project_domain ?? 'Default';
  const isSystem = identity?.system_scope === true;
  const settings = command(
    `export OS_AUTH_URL=${shellWord(authUrl)}`,
    `OS_USERNAME=${shellWord(user)} ${isSystem ? 'OS_SYSTEM_SCOPE=all' : `OS_PROJECT_NAME=${shellWord(project)}`}`,
    `OS_USER_DOMAIN_NAME=${shellWord(userDomain)}${
      isSystem ? '' : ` OS_PROJECT_DOMAIN_NAME=${shellWord(projectDomain)}`
    } OS_IDENTITY_API_VERSION=3`,
  );
  const body = (text: string) =>
    JSON.stringify({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: user, domain: { name: userDomain }, password: text } },
        },
        scope: isSystem
          ? { system: { all: true } }
          : { project: { name: project, domain: { name: projectDomain } } },
      },
    });
  return {
    openstack: `${settings}\nread -rs OS_PASSWORD && export OS_PASSWORD`,
    glance: `${settings}\nread -rs OS_PASSWORD && export OS_PASSWORD`,
    curl: `TOKEN=$(curl -si -H 'Content-Type: application/json' \\\n  -d ${shellWord(body('…'))} \\\n  ${shellWord(
      `${authUrl}/auth/tokens`,
    )} | tr -d '\\r' | sed -n 's/^x-subject-token: //Ip')`,
  };
}

function listImages(filters: ImageFilters, base: string): Equivalents {
  const only = (values: string | undefined) => (values && !values.includes(',') ? values : undefined);
  const visibility = only(filters.visibility);
  const status = only(filters.status);
  const sort = filters.sort ? `${filters.sort}:${filters.dir ?? 'desc'}` : undefined;
  const tags = filters.tag?.split(',') ?? [];
  return {
    openstack: command(
      'openstack image list --long',
      visibility && `--${visibility}`,
      status && `--status ${status}`,
      ...tags.map((tag) => `--tag ${shellWord(tag)}`),
      sort && `--sort ${sort}`,
    ),
    glance: command(
      'glance image-list --include-stores',
      visibility && `--visibility ${visibility}`,
      status && `--property-filter status=${status}`,
      ...tags.map((tag) => `--tag ${shellWord(tag)}`),
      sort && `--sort ${sort}`,
    ),
    curl: curl(base, withQuery(addresses.images, filters)),
  };
}

function createCredential(deed: Extract<Deed, { kind: 'create-credential' }>): Equivalents {
  const { name, description, roles, expiresAt } = deed;
  return {
    openstack: command(
      'openstack application credential create',
      ...roles.map((role) => `--role ${shellWord(role)}`),
      // The program takes a time without a zone, and means UTC.
      expiresAt !== null && `--expiration ${shellWord(expiresAt.slice(0, 19))}`,
      description !== '' && `--description ${shellWord(description)}`,
      shellWord(name),
    ),
    glance: null,
    curl: curl(deed.identity.auth_url, `/users/${encodeURIComponent(deed.user)}/application_credentials`, {
      json: {
        application_credential: {
          name,
          ...(description !== '' && { description }),
          roles: roles.map((role) => ({ name: role })),
          ...(expiresAt !== null && { expires_at: expiresAt }),
        },
      },
    }),
  };
}

function uploadImage(deed: Extract<Deed, { kind: 'upload-image' }>, base: string): Equivalents {
  const name = shellWord(deed.name);
  const file = shellWord(deed.file);
  const [store] = deed.stores;
  const one = deed.stores.length === 1;
  const create = { name: deed.name, disk_format: deed.diskFormat, container_format: 'bare' };
  return {
    // Its `image create` cannot say where to.
    openstack:
      deed.stores.length > 0
        ? null
        : command(
            'openstack image create',
            `--disk-format ${deed.diskFormat} --container-format bare`,
            `--file ${file}`,
            name,
          ),
    glance: command(
      deed.stores.length > 1 ? 'glance image-create-via-import' : 'glance image-create',
      `--name ${name}`,
      `--disk-format ${deed.diskFormat} --container-format bare`,
      one && store !== undefined && `--store ${shellWord(store)}`,
      deed.stores.length > 1 && `--stores ${shellWord(deed.stores.join(','))}`,
      `--file ${file} --progress`,
    ),
    curl: [
      `IMAGE=$(${curl(base, '/image/v2/images', { json: create, more: ['-s'] })} | sed 's/.*"id": *"\\([0-9a-f-]\\{36\\}\\)".*/\\1/')`,
      command(
        'curl -X PUT -H "X-Auth-Token: $TOKEN"',
        `-H 'Content-Type: application/octet-stream'`,
        one && store !== undefined && `-H ${shellWord(`X-Image-Meta-Store: ${store}`)}`,
        `-T ${file}`,
        `"${base}/image/v2/images/$IMAGE/file"`,
      ),
    ].join('\n'),
  };
}

function copyImage(deed: Extract<Deed, { kind: 'copy-image' }>, base: string): Equivalents {
  const image = shellWord(deed.image);
  const stores = deed.stores;
  const moved = deed.moveFrom;
  // Glance has no word for a move: it is a copy, and a removal once the copy is there.
  const note = moved === undefined ? '' : `\n# when every copy is active:\n`;
  return {
    openstack: `${command(
      'openstack image import --method copy-image',
      ...stores.map((store) => `--store ${shellWord(store)}`),
      image,
    )}${moved === undefined ? '' : `${note}openstack image delete --store ${shellWord(moved)} ${image}`}`,
    glance: `${command(
      `glance image-import ${image}`,
      '--import-method copy-image',
      `--stores ${shellWord(stores.join(','))}`,
    )}${moved === undefined ? '' : `${note}glance stores-delete --store ${shellWord(moved)} ${image}`}`,
    curl: curl(base, addresses.copies(deed.image), {
      method: 'POST',
      json: { stores, ...(moved !== undefined && { move_from: moved }) },
    }),
  };
}

function updateImage(deed: Extract<Deed, { kind: 'update-image' }>, base: string): Equivalents {
  const { image, update, removedTags = [], removedProperties = [] } = deed;
  const id = shellWord(image);
  const set = [
    update.name !== undefined && `--name ${shellWord(update.name)}`,
    update.visibility !== undefined && `--${update.visibility}`,
    update.protected !== undefined && (update.protected ? '--protected' : '--unprotected'),
    update.min_disk_gib !== undefined && `--min-disk ${update.min_disk_gib}`,
    update.min_ram_mib !== undefined && `--min-ram ${update.min_ram_mib}`,
    ...(update.tags ?? []).map((tag) => `--tag ${shellWord(tag)}`),
    ...Object.entries(update.properties ?? {}).map(
      ([key, value]) => `--property ${shellWord(`${key}=${value}`)}`,
    ),
  ].filter((word) => word !== false);
  const unset = [
    ...removedTags.map((tag) => `--tag ${shellWord(tag)}`),
    ...removedProperties.map((key) => `--property ${shellWord(key)}`),
  ];
  const lines = [
    set.length > 0 && command('openstack image set', ...set, id),
    unset.length > 0 && command('openstack image unset', ...unset, id),
  ].filter((line) => line !== false);
  const glance = [
    `glance image-update`,
    update.name !== undefined && `--name ${shellWord(update.name)}`,
    update.visibility !== undefined && `--visibility ${update.visibility}`,
    update.protected !== undefined && `--protected ${update.protected ? 'True' : 'False'}`,
    update.min_disk_gib !== undefined && `--min-disk ${update.min_disk_gib}`,
    update.min_ram_mib !== undefined && `--min-ram ${update.min_ram_mib}`,
    ...Object.entries(update.properties ?? {}).map(
      ([key, value]) => `--property ${shellWord(`${key}=${value}`)}`,
    ),
    ...removedProperties.map((key) => `--remove-property ${shellWord(key)}`),
  ];
  const tags = [
    ...(update.tags ?? []).map((tag) => `glance image-tag-update ${id} ${shellWord(tag)}`),
    ...removedTags.map((tag) => `glance image-tag-delete ${id} ${shellWord(tag)}`),
  ];
  const hasGlanceOptions = glance.filter((word) => word !== false).length > 1;
  return {
    openstack: lines.length > 0 ? lines.join('\n') : null,
    glance: [...(hasGlanceOptions ? [command(...glance, id)] : []), ...tags].join('\n') || null,
    curl: curl(base, addresses.image(image), { method: 'PATCH', json: update }),
  };
}
