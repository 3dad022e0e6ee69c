import { data, images } from './accepted-image-differences.ts';
import type { AcceptedDifference } from './compare.ts';

const all = /./;
const loaded = /GET \/v2\/metadefs\/(resource_types|namespaces(\?|\/OS))/;
const reference = 'the API reference of Glance';

/** How answers travel, the same for all of them. */
const transport: readonly AcceptedDifference[] = [
  {
    request: all,
    what: /^header content-length$/,
    reason: 'JSON and pages of errors are sent in chunks, without a length; the bytes of images have one',
    source: 'RFC 9112, 6.1: a message has one or the other',
  },
  {
    request: all,
    what: /^header transfer-encoding$/,
    glance: undefined,
    reason: 'the other half of that',
    source: 'RFC 9112, 6.1',
  },
  {
    request: all,
    what: /^header keep-alive$/,
    glance: undefined,
    reason: 'says how long the connection stays open; a hint that clients may leave alone',
    source: 'RFC 2068, 19.7.1.1',
  },
  {
    request: all,
    what: /^header vary$/,
    glance: undefined,
    reason: 'the web framework serves pages beside the API and names what they depend on',
    source: 'RFC 9110, 12.5.5: it concerns caches alone',
  },
  {
    request: all,
    what: /^header (content-security-policy|cross-origin-opener-policy|referrer-policy|x-content-type-options|x-frame-options)$/,
    glance: undefined,
    reason: 'the console lives on the same origin: no answer of the API may run as a page of it',
    source: 'OSSA-2015-009, and OWASP’s list of secure headers',
  },
  {
    request: all,
    what: /^header cache-control$/,
    glance: undefined,
    reason: 'what one caller is shown is kept for nobody else, nor for who signs in next at the same browser',
    source: 'RFC 9111, 3.5: caches know Authorization, not X-Auth-Token',
  },
  {
    request: all,
    what: /^header content-type$/,
    glance: 'text/html; charset=UTF-8',
    stowage: undefined,
    reason: 'an answer without a body has no type',
    source: 'RFC 9110, 8.3 and 15.3.5',
  },
  {
    request: /nobody/,
    what: /^header x-openstack-request-id$/,
    glance: undefined,
    reason: 'every answer can be found in the log, also those without a token',
    source: 'OpenStack’s guideline for request ids: the header is on every answer',
  },
  {
    request: /nobody/,
    what: /^header www-authenticate$/,
    reason: 'the identity service is Stowage itself here, Keystone there; the form is the same',
    source: 'keystonemiddleware: Keystone uri="…"',
  },
];

/** Words of errors: Glance's are in ours, but for these. */
const words: readonly AcceptedDifference[] = [
  {
    request: /nobody/,
    what: /^body\.words$/,
    glance: /^This server could not verify that you are authorized/,
    reason: 'the text is the web library’s, and speaks of browsers; ours says what to do',
    source: 'keystoneauth looks at the status and WWW-Authenticate alone',
  },
  {
    request: /(GET|PUT|POST|DELETE) \/v2\/(images|stores)\//,
    what: /^body\.words$/,
    glance:
      /^(Failed to find image <\d+>( to delete)?|Image <\d+> not found|The resource could not be found)$/,
    reason: 'an image that is not there is told in the same words everywhere, those of GET',
    source: 'Glance says it in four ways; its own for GET and PATCH is "No image found with ID …"',
  },
  {
    request: /alpha-reader PUT \/v2\/images\/<\d+>\/stage$/,
    what: /^body\.words$/,
    glance: 'You are not authorized to complete modify_image action',
    reason: 'who stages bytes uploads them; both rules are the member’s by default',
    source: 'policy rule upload_image, "Upload given image data"',
  },
  {
    request: /admin (GET|DELETE) \/v2\/tasks\//,
    what: /^body\.words$/,
    glance: /^(Could not find task|This operation is currently not permitted on Glance Tasks)/,
    reason: 'a task that is not there is told like an image that is not, and no task is deleted by anybody',
    source: 'python-glanceclient and openstacksdk look at the status alone',
  },
  {
    request: /\/metadefs\//,
    what: /^body\.words$/,
    glance: /metadata tag names are case insensitive/,
    reason: 'what stands in parentheses is not the reason of this error',
    source: 'the sentence before it is the same',
  },
  {
    request: /alpha GET \/v2\/metadefs\/namespaces\//,
    what: /^body\.words$/,
    glance: 'The resource could not be found',
    reason:
      'what may not be seen is told in the words of what is not there: the difference would tell them apart',
    source: 'OWASP, "Insecure direct object references"',
  },
  {
    request: /admin DELETE \/v2\/metadefs\//,
    what: /^body\.words$/,
    glance: /is protected and cannot be deleted$/,
    reason: 'it is the namespace that is protected, and has to be changed',
    source: reference + ': protected is an attribute of the namespace alone',
  },
  {
    request: /admin PUT \/v2\/metadefs\//,
    what: /^body\.words$/,
    glance: /^Invalid update\. It would result in a duplicate/,
    reason: 'Glance names the entry that was to be changed, not the one that is in its way',
    source: 'python-glanceclient looks at the status alone',
  },
];

/** Metadata definitions. */
const definitions: readonly AcceptedDifference[] = [
  {
    request: /POST .*\/metadefs\/|POST .*\/metadefs\/namespaces$|PUT .*\/metadefs\//,
    what: /^status$/,
    glance: 500,
    stowage: 400,
    reason: 'a body that the schema promises to refuse is the caller’s fault, and Glance falls over it',
    source: 'RFC 9110, 15.5.1',
  },
  {
    request: /GET .*\/metadefs\/.*(sort_key=nonsense|limit=x)/,
    what: /^status$/,
    glance: 500,
    stowage: 400,
    reason: 'a parameter that is wrong is the caller’s fault, and Glance falls over it',
    source: 'RFC 9110, 15.5.1; Glance means to answer 400 to the limit ("limit param must be an integer")',
  },
  {
    request: /POST \/v2\/metadefs\/namespaces$/,
    what: /^status$/,
    glance: 201,
    stowage: 400,
    reason: 'under a name that is empty or has a slash the namespace could never be read or deleted again',
    source: 'the path /v2/metadefs/namespaces/{namespace_name} of ' + reference,
  },
  {
    request: /metadefs/,
    what: /description$/,
    reason: 'the words of schemas and standard definitions are ours',
    source: 'names and types are what programs read; words are for people',
  },
  {
    request: loaded,
    what: /updated_at$/,
    glance: undefined,
    stowage: '<time>',
    reason: 'a definition that was never changed has the time at which it was written',
    source: reference + ': updated_at is always in the answer',
  },
  {
    request: loaded,
    what: /visibility$/,
    glance: 'private',
    stowage: 'public',
    reason: 'the common properties of images and systems are of use to those who make images',
    source: 'Glance’s files leave the visibility out, and so hide them from everybody but administrators',
  },
  {
    request: /\/Full\/properties$/,
    what: /(minimum|default)$/,
    reason:
      'a bound keeps its fraction and a default that is a list its items; Glance rounds the one and drops the other',
    source: 'the schema of properties: minimum is a number, a default is anything',
  },
  {
    request: /GET .*\/Full\/properties$/,
    what: /^body\.properties\.\w+\.name$/,
    stowage: undefined,
    reason:
      'in a collection the name is the key; Glance repeats it for properties that were added one by one',
    source: 'the schema of properties: the name is required of a single one alone',
  },
  {
    request: /GET .*\/objects/,
    what: /^body\.schema$/,
    glance: 'v2/schemas/metadefs/objects',
    reason: 'a link to a schema begins with a slash like all others',
    source: reference + ': schema is the path of the schema',
  },
];

/** The first that fits counts. An entry that nothing needs any more fails the test. */
export const acceptedDifferences: readonly AcceptedDifference[] = [
  ...transport,
  ...words,
  ...definitions,
  ...images,
  ...data,
];
