import { DetailedError, Upload, defaultOptions } from 'tus-js-client';
import type { UploadOptions } from 'tus-js-client';
import type { TransportFailure } from './failure.ts';
import { nextPatchBytes, smallestPatchBytes } from './patch-size.ts';
import { stretchAt } from './zero-runs.ts';

export interface TransportRequest {
  file: File;
  /** Where uploads are created; not used when `url` is known. */
  endpoint: string;
  url: string | null;
  metadata: Record<string, string>;
}

export interface TransportListener {
  /** The server has made the upload; from now on it can be gone on with from anywhere. */
  onCreated(created: { url: string; imageId: string | null }): void;
  /** Bytes of the file handed to the network. */
  onSent(bytes: number): void;
  /** `Upload-Offset` of an answer. */
  onDurable(bytes: number): void;
  /** Every byte is durable. */
  onComplete(): void;
  onFailure(failure: TransportFailure): void;
}

/** One attempt: from the durable offset to the end, or to the first failure. After `stop` no listener is called. */
export interface Transport {
  stop(): void;
}

export type OpenTransport = (request: TransportRequest, listener: TransportListener) => Transport;

/** How blobs become request bodies; the default hands slices to the browser, which reads them while sending. */
export type TransportOptions = Pick<UploadOptions, 'fileReader' | 'headers'>;

/**
 * Sends with tus-js-client, and of runs of zeros only their length (`Stowage-Zeros`). Its own retries are off: what to
 * do after a failure depends on the session, the line and what the person pressed, and that is the engine's to know. Its
 * memory of past uploads is off too: the server's list is the truth.
 */
export function tusTransport(options: TransportOptions = {}): OpenTransport {
  return (request, listener) => {
    const stopping = new AbortController();
    const { signal } = stopping;
    let patchStartedAt = Date.now();
    let created = request.url !== null;
    let imageId: string | null = null;
    /** Of the PATCH that is being made. */
    let zeros = 0;
    let takesZeros = true;
    const reader = options.fileReader ?? defaultOptions.fileReader;

    const upload = new Upload(request.file, {
      ...options,
      fileReader: {
        async openFile(file: File, chunkSize) {
          const source = await reader.openFile(file, chunkSize);
          return {
            size: source.size,
            async slice(start, end) {
              const stretch = takesZeros ? await stretchAt(file, start, end, signal) : { zeros: false, end };
              signal.throwIfAborted();
              zeros = stretch.zeros ? stretch.end - start : 0;
              if (!stretch.zeros) return await source.slice(start, stretch.end);
              // The answer says how far that went.
              return { ...(await source.slice(start, start)), done: false };
            },
            close: () => source.close(),
          };
        },
      },
      ...(request.url === null ? { endpoint: request.endpoint } : { uploadUrl: request.url }),
      metadata: request.metadata,
      chunkSize: smallestPatchBytes,
      retryDelays: null,
      storeFingerprintForResuming: false,
      removeFingerprintOnSuccess: false,
      onBeforeRequest: (sent) => {
        patchStartedAt = Date.now();
        if (sent.getMethod() === 'PATCH' && zeros > 0) sent.setHeader('Stowage-Zeros', String(zeros));
      },
      onAfterResponse: (sent, response) => {
        imageId = response.getHeader('Stowage-Image-Id') ?? imageId;
        const offset = Number(response.getHeader('Upload-Offset') ?? Number.NaN);
        if (signal.aborted || response.getStatus() >= 300 || !Number.isSafeInteger(offset)) return;
        // Another server's tus may know nothing of it and take the empty body for all there was.
        if (zeros > 0 && sent.getHeader('Upload-Offset') === String(offset)) takesZeros = false;
        listener.onDurable(offset);
      },
      onUploadUrlAvailable: () => {
        // With an endpoint a refused HEAD would make a second upload of the same file.
        upload.options.endpoint = null;
        if (created || signal.aborted || upload.url === null) return;
        created = true;
        listener.onCreated({ url: upload.url, imageId });
      },
      onProgress: (sent) => {
        if (!signal.aborted) listener.onSent(sent);
      },
      onChunkComplete: (bytes) => {
        if (zeros === 0) upload.options.chunkSize = nextPatchBytes(bytes, Date.now() - patchStartedAt);
      },
      onSuccess: () => {
        if (!signal.aborted) listener.onComplete();
      },
      onError: (error) => {
        if (!signal.aborted) listener.onFailure(toFailure(error));
      },
    });
    upload.start();

    return {
      stop() {
        stopping.abort();
        void upload.abort(false);
      },
    };
  };
}

/** Ends an upload on the server: what was received of it is removed. An upload that is gone already counts as ended. */
export async function terminateUpload(url: string, options: TransportOptions = {}): Promise<void> {
  try {
    await Upload.terminate(url, { ...options, retryDelays: [500, 2_000, 5_000] });
  } catch (error) {
    const status = error instanceof DetailedError ? error.originalResponse?.getStatus() : undefined;
    if (status !== 404 && status !== 410) throw error;
  }
}

function toFailure(error: Error | DetailedError): TransportFailure {
  const request = 'originalRequest' in error ? error.originalRequest : null;
  const response = 'originalResponse' in error ? error.originalResponse : null;
  const retryAfter = Number(response?.getHeader('Retry-After') ?? Number.NaN);
  const cause = 'causingError' in error ? error.causingError : error;
  return {
    status: response?.getStatus() ?? null,
    body: response?.getBody() ?? '',
    code: response?.getHeader('Stowage-Error') ?? null,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
    requestId: response?.getHeader('X-Openstack-Request-Id') ?? null,
    unreadable: isReadError(cause) || (request === null && isReadError(error)),
  };
}

/** How browsers say that a file on disk is not what was picked any more. */
function isReadError(error: unknown): boolean {
  return error instanceof Error && (error.name === 'NotReadableError' || error.name === 'NotFoundError');
}
