import { connectionFault } from '../../connection-faults.ts';
import { isStoreFault, StoreFault, type StoreFaultKind } from '../../store.ts';
import { retryAfterMilliseconds, type Verdict } from '#lib/streams/retry.ts';

interface Answer {
  kind: StoreFaultKind;
  names: readonly string[];
  message: string;
  remedy: string | null;
}

/** Errors that S3 names (API reference, "Error responses"; radosgw and Swift name a few of their own). */
const answers: readonly Answer[] = [
  {
    kind: 'refused',
    names: ['InvalidAccessKeyId'],
    message: 'the endpoint does not know the access key',
    remedy: 'Correct access_key, or give the user there such a key.',
  },
  {
    kind: 'refused',
    names: ['SignatureDoesNotMatch'],
    message: 'the secret key is not the one that belongs to the access key',
    remedy: 'Correct secret_key. If it is right, something between here and the endpoint changes requests.',
  },
  {
    kind: 'refused',
    names: ['ExpiredToken', 'ExpiredTokenException', 'InvalidToken', 'TokenRefreshRequired'],
    message: 'the temporary credentials have expired or are not known',
    remedy: 'Give a new session_token with its keys, or let the role of this machine renew them.',
  },
  {
    kind: 'refused',
    names: ['CredentialsProviderError'],
    message: 'there are no credentials',
    remedy: 'Give access_key and secret_key, or give this machine a profile or a role.',
  },
  {
    kind: 'refused',
    names: ['AccessDenied', 'AllAccessDisabled', 'AccountProblem', 'Forbidden', '403'],
    message: 'the access key may not do that in the bucket',
    remedy:
      'Let it list, read, write and delete objects and multipart uploads in the bucket, or set mode: read-only.',
  },
  {
    kind: 'refused',
    names: [
      'AuthorizationHeaderMalformed',
      'PermanentRedirect',
      'TemporaryRedirect',
      'IllegalLocationConstraintException',
      '301',
    ],
    message: 'the bucket lies in another region',
    remedy: 'Correct region (and endpoint, if it names a region).',
  },
  {
    kind: 'refused',
    names: ['RequestTimeTooSkewed'],
    message: 'the clock of this machine differs too much from that of the endpoint',
    remedy: 'Set the clock of this machine.',
  },
  {
    kind: 'failed',
    names: ['NoSuchBucket'],
    message: 'the bucket does not exist',
    remedy: 'Create the bucket, correct its name, or set create_bucket: true.',
  },
  {
    kind: 'failed',
    names: ['BucketAlreadyExists'],
    message: 'the bucket belongs to somebody else',
    remedy: 'Choose another name for the bucket, or use the credentials of its owner.',
  },
  {
    kind: 'failed',
    names: ['InvalidBucketName', 'InvalidStorageClass', 'InvalidArgument'],
    message:
      'the endpoint does not accept the bucket, storage_class, sse or session_token that the options name',
    remedy: 'Correct these options.',
  },
  {
    kind: 'failed',
    names: ['InvalidObjectState'],
    message: 'the object was moved to an archive class and cannot be read',
    remedy: 'Restore it there, and keep the rules of the bucket from archiving images.',
  },
  {
    kind: 'full',
    names: ['QuotaExceeded', 'InsufficientCapacity', 'InsufficientStorage', '507'],
    message: 'there is no space left, or a quota is used up',
    remedy: 'Remove images there or raise the quota.',
  },
  {
    kind: 'exists',
    names: ['PreconditionFailed', '412'],
    message: 'something is already stored under this name',
    remedy: null,
  },
  {
    kind: 'unsupported',
    names: ['NotImplemented', '501'],
    message: 'the endpoint cannot do that',
    remedy: null,
  },
  {
    kind: 'short-read',
    names: ['InvalidPart', 'InvalidPartOrder'],
    message: 'the parts that lie there are not those that were sent',
    remedy: null,
  },
  {
    kind: 'not-found',
    names: ['NoSuchKey', 'NotFound', 'NoSuchUpload', '404'],
    message: 'there is no such object',
    remedy: null,
  },
  {
    kind: 'unavailable',
    names: ['SlowDown', 'ServiceUnavailable', 'InternalError', 'RequestTimeout', 'TooManyRequests', '429'],
    message: 'the endpoint cannot answer at the moment',
    remedy: 'See whether the server there is well; the store comes back by itself.',
  },
  {
    kind: 'unavailable',
    names: ['BadDigest', 'XAmzContentSHA256Mismatch', 'IncompleteBody', 'MissingContentLength'],
    message: 'bytes were changed or lost on their way',
    remedy: 'See what lies between this machine and the endpoint.',
  },
];

/** What the SDK threw, as a fault that names no endpoint and no key. What is known of no name is left to the guard. */
export function toS3Fault(error: unknown, storeId: string): unknown {
  if (isStoreFault(error)) return error;
  const connection = connectionFault(error, storeId);
  if (connection !== null) return connection;
  const status = statusOf(error);
  const names = [nameOf(error), codeOf(error), String(status ?? '')];
  const known = names.flatMap((name) => answers.find((answer) => answer.names.includes(name)) ?? [])[0];
  if (known !== undefined) {
    const shown = names.find((name) => known.names.includes(name)) ?? '';
    const text = `Store "${storeId}": ${known.message} (${shown}).`;
    return new StoreFault(known.kind, storeId, text, withoutSecrets(error), known.remedy);
  }
  if ((status !== null && status >= 500) || isBrokenAnswer(error)) {
    const text = `Store "${storeId}": the endpoint does not answer as it should${status === null ? '' : ` (${status})`}.`;
    return new StoreFault('unavailable', storeId, text, withoutSecrets(error));
  }
  return withoutSecrets(error);
}

/**
 * What a server said, with the few fields that are looked at. The SDK makes a field of everything in the answer: S3
 * repeats the access key there, the session token, and with the canonical request every header that was signed; and
 * causes are logged with all their fields.
 */
function withoutSecrets(error: unknown): unknown {
  if (!(error instanceof Error) || !('$fault' in error)) return error;
  const { requestId } = fieldsOf(fieldsOf(error)['$metadata']);
  const plain = new Error(error.message);
  plain.name = error.name;
  if (error.stack !== undefined) plain.stack = error.stack;
  return Object.assign(plain, {
    Code: codeOf(error),
    $metadata: { httpStatusCode: statusOf(error), requestId },
  });
}

/** Whether another try may help, and when. Only for calls that are safe to repeat. */
export function judgeS3Error(error: unknown): Verdict {
  if (isStoreFault(error)) return error.kind === 'unavailable' ? { retryAfterMilliseconds: 0 } : 'final';
  if (nameOf(error) === 'AbortError') return 'final';
  const wait = { retryAfterMilliseconds: retryAfterMilliseconds(headersOf(error)['retry-after']) };
  // The SDK has learnt the difference of the clocks from this answer.
  if ([nameOf(error), codeOf(error)].includes('RequestTimeTooSkewed')) return wait;
  const fault = toS3Fault(error, '');
  if (isStoreFault(fault)) return fault.kind === 'unavailable' && !isMisconfigured(error) ? wait : 'final';
  return isConnectionError(error) ? wait : 'final';
}

/** TLS and names do not mend themselves within seconds. */
function isMisconfigured(error: unknown): boolean {
  return connectionFault(error, '') !== null && codeOf(error) !== 'ECONNREFUSED';
}

const connectionCodes = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
  'HPE_INVALID_CONSTANT',
  'ERR_STREAM_DESTROYED',
]);

export function isConnectionError(error: unknown): boolean {
  return (
    connectionCodes.has(codeOf(error)) || codeOf(error).startsWith('HPE_') || nameOf(error) === 'TimeoutError'
  );
}

/** A good status with a body that cannot be understood, or a connection that ended in the middle of one. */
function isBrokenAnswer(error: unknown): boolean {
  const status = statusOf(error);
  return (
    nameOf(error) === 'TimeoutError' ||
    (status !== null && status < 300) ||
    /deserialization error|socket hang up|aborted/i.test(messageOf(error))
  );
}

export function isNamed(error: unknown, ...names: string[]): boolean {
  return (
    names.includes(nameOf(error)) || names.includes(codeOf(error)) || names.includes(String(statusOf(error)))
  );
}

export function statusOf(error: unknown): number | null {
  const { $metadata, $response } = fieldsOf(error);
  const status = fieldsOf($metadata)['httpStatusCode'] ?? fieldsOf($response)['statusCode'];
  return typeof status === 'number' ? status : null;
}

function headersOf(error: unknown): Record<string, string | undefined> {
  return fieldsOf(fieldsOf(fieldsOf(error)['$response'])['headers']) as Record<string, string | undefined>;
}

function nameOf(error: unknown): string {
  return String(fieldsOf(error)['name'] ?? '');
}

/** S3 names its errors in `Code`; system errors bear `code`. */
function codeOf(error: unknown): string {
  const { Code, code } = fieldsOf(error);
  return String(Code ?? code ?? '');
}

function messageOf(error: unknown): string {
  return String(fieldsOf(error)['message'] ?? '');
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
