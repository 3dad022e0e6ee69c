/** Paste files for Swift's servers, as small as they can be for tests. */

interface Shared {
  directory: string;
  user: string;
  workers: number;
  port: number;
}

/** Who Swift is when it asks Keystone: a user with the role `service` or `admin` in the project. */
export interface KeystoneOfSwift {
  /** `…/v3` */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly project: string;
}

/** Of an account, container or object server. */
export function serverConfiguration({
  kind,
  directory,
  user,
  workers,
  port,
}: Shared & { kind: string }): string {
  return `[DEFAULT]
${basics({ directory, user, port, workers: kind === 'object' ? workers : 1 })}
devices = ${directory}/srv
mount_check = false
# a listing knows of an object when its PUT is answered: what comes later no updater brings here
container_update_timeout = 60
[pipeline:main]
pipeline = healthcheck ${kind}-server
[app:${kind}-server]
use = egg:swift#${kind}
[filter:healthcheck]
use = egg:swift#healthcheck
`;
}

/**
 * With tempauth, or with Keystone: then authtoken comes first, because it strips the headers that s3token sets. The S3
 * API of the first takes tempauth's users as keys, that of the second Keystone's EC2 credentials.
 */
export function proxyConfiguration({
  memcached,
  keystone,
  isBehindTls = false,
  ...shared
}: Shared & { memcached: number; keystone?: KeystoneOfSwift; isBehindTls?: boolean }): string {
  const authentication = keystone ? 'authtoken s3api s3token keystoneauth' : 's3api tempauth';
  return `[DEFAULT]
${basics(shared)}
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk tempurl ${authentication} copy container-quotas account-quotas slo dlo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${memcached}
[filter:tempauth]
use = egg:swift#tempauth
storage_url_scheme = ${isBehindTls ? 'https' : 'default'}
user_admin_admin = admin .admin .reseller_admin
user_test_tester = testing .admin
user_test_reader = reading
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
s3_acl = false
min_segment_size = 5242880
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true
${keystone ? keystoneFilters(keystone, memcached) : ''}
${plainFilters.map(([name, egg]) => `[filter:${name}]\nuse = egg:swift#${egg}\n`).join('')}`;
}

const plainFilters = [
  ['catch_errors', 'catch_errors'],
  ['gatekeeper', 'gatekeeper'],
  ['healthcheck', 'healthcheck'],
  ['listing_formats', 'listing_formats'],
  ['bulk', 'bulk'],
  ['tempurl', 'tempurl'],
  ['copy', 'copy'],
  ['container-quotas', 'container_quotas'],
  ['account-quotas', 'account_quotas'],
  ['slo', 'slo'],
  ['dlo', 'dlo'],
  ['symlink', 'symlink'],
] as const;

/** There is no syslog: what is logged goes to standard output (-v), and the rest nowhere. */
function basics({ directory, user, workers, port }: Shared): string {
  return `bind_ip = 127.0.0.1
bind_port = ${port}
workers = ${workers > 1 ? workers : 0}
user = ${user}
swift_dir = ${directory}/etc
log_level = WARNING
log_address = /dev/null`;
}

function keystoneFilters({ url, username, password, project }: KeystoneOfSwift, memcached: number): string {
  const service = `auth_url = ${url}
auth_type = password
project_domain_id = default
user_domain_id = default
project_name = ${project}
username = ${username}
password = ${password}`;
  return `[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
www_authenticate_uri = ${url}
${service}
delay_auth_decision = true
memcached_servers = 127.0.0.1:${memcached}
# a token that was revoked ends soon
token_cache_time = 1
[filter:s3token]
use = egg:swift#s3token
reseller_prefix = AUTH_
delay_auth_decision = true
auth_uri = ${url}
http_timeout = 10.0
${service}
[filter:keystoneauth]
use = egg:swift#keystoneauth
operator_roles = admin, swiftoperator, member`;
}
