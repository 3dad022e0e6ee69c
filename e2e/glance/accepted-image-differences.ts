/** What is answered otherwise than by Glance of images themselves. */
import type { AcceptedDifference } from './compare.ts';

const reference = 'the API reference of Glance';

/** The bytes of images, imports and members. */
export const data: readonly AcceptedDifference[] = [
  {
    request: /GET \/v2\/images\/<\d+>\/file/,
    what: /^header (accept-ranges|content-disposition)$/,
    glance: undefined,
    reason: 'browsers that save an image need its name',
    source: 'RFC 9110, 14.3; RFC 6266',
  },
  {
    request: /alpha GET \/v2\/images\/<\d+>\/file$/,
    what: /^status$/,
    glance: 416,
    stowage: 200,
    reason: 'a range that ends before it begins is no range, and the header is left alone',
    source: 'RFC 9110, 14.1.1: such an int-range is invalid; 14.2: then the whole is sent',
  },
  {
    request: /admin DELETE \/v2\/stores\/fast/,
    what: /^status$/,
    glance: 403,
    stowage: 404,
    reason: 'the image never lay in that store; Glance only counts that it lies in one',
    source: reference + ': 404 when the image is not in the store (image-api reference, 2.6)',
  },
  {
    request: /GET \/v2\/images\/<\d+>\/locations/,
    what: /^status$/,
    glance: 404,
    stowage: 403,
    reason: 'the call came with 2.17, and is for services',
    source: reference + ': "Show image locations", 2.17 (image-api reference, 2.4)',
  },
  {
    request: /PUT \/v2\/images\/<\d+>\/file/,
    what: /^status$/,
    glance: 204,
    stowage: 400,
    reason: 'who says how long the image is and sends another length has lost bytes on the way',
    source: 'later versions of Glance answer 400 (image-api reference, 2.1)',
  },
  {
    request: /GET \/v2\/images\/<\d+>$/,
    what: /^body\.stores$/,
    glance: undefined,
    stowage: 'cheap',
    reason: 'an image that is out of service lies where it lay',
    source: reference + ': stores tells where the data is',
  },
  {
    request: /alpha POST \/v2\/images\/<\d+>\/import/,
    what: /^status$/,
    glance: 409,
    stowage: 403,
    reason: 'who may not copy is told so first, whatever the image is doing',
    source: 'policy rule copy_image, whose default is the administrator',
  },
  {
    request: /alpha POST \/v2\/images\/<\d+>\/import/,
    what: /^status$/,
    glance: 409,
    stowage: 400,
    reason: 'a body that can never be right is refused before the state of the image is looked at',
    source: 'RFC 9110, 15.5.1; both are refused by Glance too once the image is staged',
  },
  {
    request: /GET \/v2\/images\/<\d+>\/tasks/,
    what: /message$/,
    glance: 'Copied 0 MiB',
    stowage: '',
    reason: 'a task that went well has nothing to say; how far it is can be seen in the console',
    source: 'the schema of tasks: the message is usually for failures',
  },
  {
    request: /GET \/v2\/schemas\/tasks$/,
    what: /^body\.(links\[\]|properties\.(first|next))/,
    reason: 'a page of tasks has links to the first and the next one, and the schema says so',
    source: reference + ': "List tasks"',
  },
  {
    request: /GET \/v2\/images\/<\d+>\/tasks/,
    what: /user_id$/,
    reason: 'ids of users are each server’s own',
    source: 'nothing is to be compared',
  },
  {
    request: /GET \/v2\/schemas\/tasks?$/,
    what: /type\.enum\[\]$/,
    glance: undefined,
    stowage: 'location_import',
    reason: 'this type of task came with 2.17',
    source: 'image-api reference, 3.1',
  },
];

/** Images and what there is around them. */
export const images: readonly AcceptedDifference[] = [
  {
    request: /nobody GET \/v2(\/|\/nothing)?$/,
    what: /^status$/,
    glance: 401,
    reason: 'discovery works without a token; a path that no version has is unknown to everybody',
    source: 'keystoneauth asks for versions without a token first',
  },
  {
    request: /GET (\/|\/versions|\/v3)?$/,
    what: /^body\.versions/,
    reason: 'Stowage speaks 2.17, Glance 25.1 up to 2.16; 2.14 and 2.16 only say that there is a cache',
    source: reference + ', "Image API versions"',
  },
  {
    request: /(alpha|admin) PATCH \/v2\/images\/<\d+>$/,
    what: /^status$/,
    glance: 400,
    stowage: 200,
    reason: 'openstacksdk makes its patch with jsonpatch, which changes single tags',
    source: 'image-api reference, 2.3: be lenient and accept it',
  },
  {
    request: /(alpha|admin) PATCH \/v2\/images\/<\d+>$/,
    what: /^body\.tags\[\]$/,
    glance: undefined,
    stowage: 'z',
    reason: 'the tag that Glance refused to add',
    source: 'image-api reference, 2.3',
  },
  {
    request: /alpha PUT \/v2\/cache/,
    what: /^status$/,
    glance: 404,
    stowage: 403,
    reason: 'who may not manage a cache is told so before anything is looked up',
    source: 'policy rule cache_image, whose default is the administrator',
  },
  {
    request: /alpha POST \/v2\/images$/,
    what: /^status$/,
    glance: 201,
    stowage: 403,
    reason: 'os_hash_value belongs to the server; Glance 25.1 takes it and throws it away',
    source: 'later versions of Glance answer 403 (image-api reference, 2.1)',
  },
  {
    request: /alpha POST \/v2\/images$/,
    what: /^header openstack-image-store-ids$/,
    glance: 'fast,cheap,os_glance_staging_store,os_glance_tasks_store',
    stowage: 'fast,cheap',
    reason: 'reserved stores are nobody’s to choose',
    source: reference + ': reserved stores are not exposed',
  },
  {
    request: /GET \/v2\/images\?/,
    what: /^body\.(first|next)$/,
    reason: 'a link keeps a parameter that was given several times; Glance keeps the last one',
    source: reference + ': the links repeat the request',
  },
  {
    request: /GET \/v2\/schemas\//,
    what: /description$/,
    reason: 'the words of schemas are ours',
    source: 'names and types are what programs read; words are for people',
  },
  {
    request: /GET \/v2\/info\/stores\/detail/,
    what: /^body\.stores\[\]\.(weight|properties\.(chunk_size|thin_provisioning))$/,
    reason: 'the weight came with a later version; how a directory is written is each server’s own',
    source: reference + ': stores detail of 2.15',
  },
];
