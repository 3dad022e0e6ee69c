import { StowageError } from '#lib/contract/errors.ts';

export interface UploadHeaders {
  /** Null: the default store. */
  store: string | null;
  /** Null: the client does not say (chunked). */
  sizeBytes: number | null;
}

/** What `PUT …/file` says beside its body. */
export function parseUploadHeaders(headers: Headers): UploadHeaders {
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type !== 'application/octet-stream') {
    throw new StowageError('unsupported_media_type', unsupported({ headers }), {
      field: 'Content-Type',
      remedy: 'Send the bytes of the image as application/octet-stream.',
    });
  }
  const store = headers.get('x-image-meta-store');
  const told = toSize(headers.get('x-openstack-image-size'));
  const length = headers.has('transfer-encoding') ? null : toSize(headers.get('content-length'));
  if (told !== null && length !== null && told !== length) {
    throw new StowageError(
      'bad_request',
      `The body has ${length} bytes and x-openstack-image-size says ${told}.`,
      {
        field: 'x-openstack-image-size',
      },
    );
  }
  return { store: store === '' ? null : store, sizeBytes: told ?? length };
}

function toSize(header: string | null): number | null {
  if (header === null || header === '') return null;
  if (!/^\d{1,15}$/.test(header)) {
    throw new StowageError('bad_request', 'Invalid or missing image size in request headers.');
  }
  return Number(header);
}

/** Glance's words for a body of another kind. */
export function unsupported({ headers }: Pick<Request, 'headers'>): string {
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() || 'None';
  return `The request media type ${type.slice(0, 100)} is not supported by this server.`;
}
