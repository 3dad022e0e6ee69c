/**
 * The rules of policy: Glance's by its names and with its defaults (openstack/glance, `glance/policies`, as of July
 * 2026), and Stowage's own for what Glance has not. `stowage.yaml` changes their expressions under `policy:`.
 */
export interface RuleDefinition {
  /** What the expression is when nobody changed it. */
  expression: string;
  /** What it allows, to be read after "may" or "may not". */
  allows: string;
  /** 'image': judged of one image, whose invisibility is a 404. 'base': only referred to by other rules. */
  on: 'image' | 'other' | 'base';
  origin: 'glance' | 'stowage';
}

const administrator = 'rule:context_is_admin';
const projectMember = 'role:member and project_id:%(project_id)s';
const projectReader = 'role:reader and project_id:%(project_id)s';
const visibleToAll = "'community':%(visibility)s or 'public':%(visibility)s or 'shared':%(visibility)s";
const sharedWith = 'project_id:%(member_id)s';
const member = `${administrator} or (${projectMember})`;
const reader = `${administrator} or (${projectReader})`;
const seen = `(project_id:%(project_id)s or ${sharedWith} or ${visibleToAll})`;
const memberSees = `${administrator} or (role:member and ${seen})`;
const readerSees = `${administrator} or (role:reader and ${seen})`;
const readerOrShared = `${administrator} or (role:reader and (project_id:%(project_id)s or ${sharedWith}))`;
const readerOfNamespace = `${administrator} or (role:reader and (project_id:%(project_id)s or 'public':%(visibility)s))`;
const metadefs = 'rule:metadef_admin';

const base = (expression: string, allows: string) =>
  ({ expression, allows, on: 'base', origin: 'glance' }) as const;
const image = (expression: string, allows: string) =>
  ({ expression, allows, on: 'image', origin: 'glance' }) as const;
const other = (expression: string, allows: string) =>
  ({ expression, allows, on: 'other', origin: 'glance' }) as const;

export const policyRules = {
  default: base('', 'do what has no rule of its own'),
  context_is_admin: base('role:admin', 'act as an administrator: see and change the images of all projects'),
  // Beyond Glance: also a service that shows its own token beside that of the user it works for.
  service_api: base('role:service or service_roles:service or role:admin', 'use the calls between services'),

  get_images: other(reader, 'list images'),
  get_image: image(readerSees, 'see this image'),
  add_image: image(
    `${administrator} or (${projectMember} and project_id:%(owner)s)`,
    'create images in this project',
  ),
  modify_image: image(member, 'change this image'),
  delete_image: image(member, 'delete this image'),
  upload_image: image(member, 'upload into this image'),
  download_image: image(memberSees, 'download this image'),
  download_from_store: image(memberSees, 'choose the store that this image is downloaded from'),
  publicize_image: image(administrator, 'make an image public'),
  communitize_image: image(member, 'offer this image to the community'),
  copy_image: image(administrator, 'copy an image to another store'),
  deactivate: image(member, 'deactivate this image'),
  reactivate: image(member, 'reactivate this image'),

  get_image_location: image(reader, 'see where this image lies'),
  set_image_location: image(member, 'change where this image lies'),
  delete_image_location: image(administrator, 'remove an image from a store'),
  add_image_location: image(
    `rule:service_api or (${projectMember} and project_id:%(owner)s)`,
    'add a location to this image',
  ),
  fetch_image_location: image('rule:service_api', 'fetch the locations of this image'),

  add_member: image(member, 'share this image'),
  get_member: image(readerOrShared, 'see with whom this image is shared'),
  get_members: image(readerOrShared, 'see with whom this image is shared'),
  modify_member: image(
    `${administrator} or (role:member and ${sharedWith})`,
    'accept or reject this image for the project that it is shared with',
  ),
  delete_member: image(member, 'stop sharing this image'),

  tasks_api_access: other(administrator, 'use the calls under /v2/tasks'),
  get_task: other('rule:default', 'see a task'),
  get_tasks: other('rule:default', 'list tasks'),
  add_task: other('rule:default', 'start a task'),
  modify_task: other('rule:default', 'change a task'),

  stores_info_detail: other(`${administrator} or rule:service_api`, 'see how stores are set up'),
  manage_image_cache: other(administrator, 'manage the image cache'),
  cache_image: other(administrator, 'put an image into the cache'),
  cache_list: other(administrator, 'list what is cached'),
  cache_delete: other(administrator, 'take images out of the cache'),
  cache_clean: other(administrator, 'clean the cache'),
  cache_prune: other(administrator, 'prune the cache'),
  list_cached_nodes: other(administrator, 'list which machines cache an image'),

  metadef_default: base('', 'read metadata definitions'),
  metadef_admin: base(administrator, 'change metadata definitions'),
  get_metadef_namespace: other(readerOfNamespace, 'see this namespace'),
  get_metadef_namespaces: other(reader, 'list namespaces'),
  modify_metadef_namespace: other(metadefs, 'change a namespace'),
  add_metadef_namespace: other(metadefs, 'add a namespace'),
  delete_metadef_namespace: other(metadefs, 'delete a namespace'),
  get_metadef_object: other(readerOfNamespace, 'see this object'),
  get_metadef_objects: other(readerOfNamespace, 'list the objects of this namespace'),
  modify_metadef_object: other(metadefs, 'change an object'),
  add_metadef_object: other(metadefs, 'add an object'),
  delete_metadef_object: other(metadefs, 'delete an object'),
  list_metadef_resource_types: other(readerOfNamespace, 'list resource types'),
  get_metadef_resource_type: other(readerOfNamespace, 'see the resource types of this namespace'),
  add_metadef_resource_type_association: other(metadefs, 'associate a resource type'),
  remove_metadef_resource_type_association: other(metadefs, 'end the association of a resource type'),
  get_metadef_property: other(readerOfNamespace, 'see this property'),
  get_metadef_properties: other(readerOfNamespace, 'list the properties of this namespace'),
  modify_metadef_property: other(metadefs, 'change a property'),
  add_metadef_property: other(metadefs, 'add a property'),
  remove_metadef_property: other(metadefs, 'remove a property'),
  get_metadef_tag: other(readerOfNamespace, 'see this tag'),
  get_metadef_tags: other(readerOfNamespace, 'list the tags of this namespace'),
  modify_metadef_tag: other(metadefs, 'change a tag'),
  add_metadef_tag: other(metadefs, 'add a tag'),
  add_metadef_tags: other(metadefs, 'add tags'),
  delete_metadef_tag: other(metadefs, 'delete a tag'),
  delete_metadef_tags: other(metadefs, 'delete tags'),

  verify_image: { expression: member, allows: 'have this image verified', on: 'image', origin: 'stowage' },
  control_transfer: {
    expression: administrator,
    allows: 'pause, resume, cancel and retry copies between stores',
    on: 'other',
    origin: 'stowage',
  },
  see_stray_objects: {
    expression: administrator,
    allows: 'see what lies in a store and belongs to nobody',
    on: 'other',
    origin: 'stowage',
  },
  manage_identity: {
    expression: administrator,
    allows: 'manage users and projects',
    on: 'other',
    origin: 'stowage',
  },
  see_settings: {
    expression: administrator,
    allows: 'see policy, limits and settings',
    on: 'other',
    origin: 'stowage',
  },
  manage_limits: {
    expression: administrator,
    allows: 'see and change the limits of projects',
    on: 'other',
    origin: 'stowage',
  },
} as const satisfies Record<string, RuleDefinition>;

export type PolicyRule = keyof typeof policyRules;
type RuleOn<On extends RuleDefinition['on']> = {
  [Name in PolicyRule]: (typeof policyRules)[Name]['on'] extends On ? Name : never;
}[PolicyRule];
export type ImageAction = RuleOn<'image'>;
export type OtherAction = RuleOn<'other'>;

export function isPolicyRule(name: string): name is PolicyRule {
  return Object.hasOwn(policyRules, name);
}
