import type { NewApiToken } from '#lib/contract/api-tokens.ts';
import type { ImageUpdate } from '#lib/contract/images.ts';
import type { ProjectLimits } from '#lib/contract/quotas.ts';
import type { ImageFilters } from './queries/images.ts';
import type { TransferAction, TransferFilters } from './queries/transfers.ts';
import { addresses } from './paths.ts';
import { withQuery } from './api.ts';
import { identityEquivalentsOf } from './identity-equivalents.ts';
import type { IdentityDeed } from './identity-equivalents.ts';
import { command, curl, onlyCurl, shellWord } from './shell-command.ts';
import type { Equivalents } from './shell-command.ts';

export const programs = ['openstack', 'glance', 'curl'] as const satisfies readonly (keyof Equivalents)[];
export type Program = (typeof programs)[number];

/** Something that the console can do, with what it is done to. */
export type Deed =
  | IdentityDeed
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
  | { kind: 'set-limits'; project: string; limits: ProjectLimits };

/**
 * @param base where this service is reached, without a slash at its end.
 */
export function equivalentsOf(deed: Deed, base: string): Equivalents {
  switch (deed.kind) {
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
    default:
      return identityEquivalentsOf(deed, base);
  }
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
