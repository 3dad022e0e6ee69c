import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  type StorageClass,
} from '@aws-sdk/client-s3';
import { isStoreFault } from '../../store.ts';
import { copyingFrom, type CopySource } from './copy-source.ts';
import { decodeName, encoded } from './listed-names.ts';
import type { S3Connection } from './s3-connection.ts';

export interface Signalled {
  signal?: AbortSignal | undefined;
}

export interface FoundObject {
  name: string;
  sizeBytes: number;
  etag: string;
  modifiedAt: Date;
}

export interface FoundUpload {
  name: string;
  uploadId: string;
  startedAt: Date;
}

export interface FoundPart {
  number: number;
  sizeBytes: number;
  etag: string;
}

interface Placement {
  StorageClass?: StorageClass;
  ServerSideEncryption?: 'AES256' | 'aws:kms';
  SSEKMSKeyId?: string;
}

/** In the object's metadata: who wrote it, so that an answer that was lost can be looked up. */
const writerField = 'stowage-writer';
export const leftoversFolder = '.stowage-unfinished/';
const markerName = '.stowage-store.json';

/** The bucket in plain words. Names are whole names of objects, with the store's prefix. */
export class S3Bucket {
  readonly connection: S3Connection;
  readonly #bucket: string;
  readonly #prefix: string;

  /** `place`: another bucket, seen with the credentials of this connection. */
  constructor(connection: S3Connection, place: { bucket: string; prefix: string } = connection.options) {
    this.connection = connection;
    this.#bucket = place.bucket;
    this.#prefix = place.prefix;
  }

  get name(): string {
    return this.#bucket;
  }

  get markerName(): string {
    return this.#prefix + markerName;
  }

  /** Everything of the store lies below. */
  get prefix(): string {
    return this.#prefix;
  }

  objectName(key: string): string {
    return this.#prefix + key;
  }

  /** What belongs to an unfinished object and is no part of its upload. */
  leftoversPrefix(key: string): string {
    return `${this.#prefix}${leftoversFolder}${key}/`;
  }

  /** Size, ETag and writer; null when there is none. */
  async head(
    name: string,
    { signal }: Signalled = {},
  ): Promise<{ sizeBytes: number; etag: string; writer: string | null } | null> {
    const command = () => new HeadObjectCommand({ Bucket: this.#bucket, Key: name });
    try {
      const found = await this.connection.call({ signal }, (s3, options) => s3.send(command(), options));
      return {
        sizeBytes: found.ContentLength ?? 0,
        etag: found.ETag ?? '',
        writer: found.Metadata?.[writerField] ?? null,
      };
    } catch (error) {
      if (isStoreFault(error, 'not-found')) return null;
      throw error;
    }
  }

  /** What lies under the name: what this writer made in this size, or something else. */
  async findOurs(
    name: string,
    writer: string,
    sizeBytes: number,
    options: Signalled = {},
  ): Promise<'ours' | 'other' | null> {
    const found = await this.head(name, options);
    if (found === null) return null;
    return found.writer === writer && found.sizeBytes === sizeBytes ? 'ours' : 'other';
  }

  /** A small object, whole; null when there is none. */
  async get(name: string, { signal }: Signalled = {}): Promise<Uint8Array | null> {
    try {
      return await this.connection.call({ signal }, async (s3, options) => {
        const found = await s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key: name }), options);
        return (await found.Body?.transformToByteArray()) ?? new Uint8Array(0);
      });
    } catch (error) {
      if (isStoreFault(error, 'not-found')) return null;
      throw error;
    }
  }

  /** Bytes of ours beside the images, seen by nobody. */
  async putPlain(name: string, body: Uint8Array, { signal }: Signalled = {}): Promise<void> {
    const input = { Bucket: this.#bucket, Key: name, ...this.#besideImages() };
    const command = () => new PutObjectCommand({ ...input, ...toBody(body) });
    await this.connection.call({ signal }, (s3, options) => s3.send(command(), options));
  }

  /**
   * The whole of an object at once; `exists` when something is there. Where the backend does not know the condition
   * the look before it has to do; the keys are never used twice.
   * @param isImage false: bytes of ours, which must be read at once whatever class the images have
   */
  async putNew(
    name: string,
    body: Uint8Array,
    writer: string,
    { signal, isImage = true }: Signalled & { isImage?: boolean } = {},
  ): Promise<void> {
    const input = {
      Bucket: this.#bucket,
      Key: name,
      Metadata: { [writerField]: writer },
      ...(isImage ? this.#placement() : this.#besideImages()),
    };
    let isConditional = true;
    try {
      await this.connection.call({ signal }, async (s3, options) => {
        const condition = isConditional ? { IfNoneMatch: '*' } : {};
        try {
          await s3.send(new PutObjectCommand({ ...input, ...toBody(body), ...condition }), options);
        } catch (error) {
          if (!isConditional || !isNotImplemented(error)) throw error;
          isConditional = false;
          await s3.send(new PutObjectCommand({ ...input, ...toBody(body) }), options);
        }
      });
    } catch (error) {
      // An earlier try of this very call may have come through although its answer did not.
      if (!isStoreFault(error, 'exists', 'unavailable')) throw error;
      if ((await this.head(name, { signal }))?.writer !== writer) throw error;
    }
  }

  /**
   * The whole of another object (5 GiB at most) under a new name, in one request that is sent once. It is not stopped on
   * its way: what a server has begun it ends, and nobody would know of the object.
   */
  async copyNew(source: CopySource, name: string, writer: string, options: Signalled): Promise<void> {
    const input = {
      Bucket: this.#bucket,
      Key: name,
      MetadataDirective: 'REPLACE' as const,
      Metadata: { [writerField]: writer },
      ContentType: 'application/octet-stream',
      ...this.#placement(),
    };
    await copyingFrom(source, options, (condition) =>
      this.connection.call({ isRepeatable: false, isSlow: true }, (s3, send) =>
        s3.send(new CopyObjectCommand({ ...input, ...condition }), send),
      ),
    );
  }

  /** Also when it is not there. */
  async remove(name: string, { signal }: Signalled = {}): Promise<void> {
    const command = () => new DeleteObjectCommand({ Bucket: this.#bucket, Key: name });
    try {
      await this.connection.call({ signal }, (s3, options) => s3.send(command(), options));
    } catch (error) {
      if (!isStoreFault(error, 'not-found')) throw error;
    }
  }

  async *list(prefix: string, { signal }: Signalled = {}): AsyncGenerator<FoundObject, void, undefined> {
    let token: string | undefined;
    do {
      const input = { Bucket: this.#bucket, Prefix: prefix, ContinuationToken: token, ...encoded };
      const page = await this.connection.call({ signal }, (s3, options) =>
        s3.send(new ListObjectsV2Command(input), options),
      );
      for (const { Key, Size, ETag, LastModified } of page.Contents ?? []) {
        if (Key === undefined) continue;
        const name = decodeName(Key, page.EncodingType);
        yield { name, sizeBytes: Size ?? 0, etag: ETag ?? '', modifiedAt: LastModified ?? new Date() };
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  /** `exactly`: of this object only. */
  async *listUploads(
    prefix: string,
    { signal, exactly = false }: Signalled & { exactly?: boolean } = {},
  ): AsyncGenerator<FoundUpload, void, undefined> {
    let after: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | null = {};
    while (after !== null) {
      // Without an encoding of names: radosgw 16 encodes these and does not say so.
      const input: { Bucket: string; Prefix: string } = { Bucket: this.#bucket, Prefix: prefix, ...after };
      const page = await this.connection.call({ signal }, (s3, options) =>
        s3.send(new ListMultipartUploadsCommand(input), options),
      );
      for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
        if (Key === undefined || UploadId === undefined || (exactly && Key !== prefix)) continue;
        yield { name: Key, uploadId: UploadId, startedAt: Initiated ?? new Date() };
      }
      after =
        page.IsTruncated && page.NextKeyMarker !== undefined
          ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
          : null;
    }
  }

  /** In order; `not-found` when there is no such upload. */
  async *listParts(
    name: string,
    uploadId: string,
    { signal }: Signalled = {},
  ): AsyncGenerator<FoundPart, void, undefined> {
    let after: string | undefined;
    do {
      const input = { Bucket: this.#bucket, Key: name, UploadId: uploadId, PartNumberMarker: after };
      const page = await this.connection.call({ signal }, (s3, options) =>
        s3.send(new ListPartsCommand(input), options),
      );
      for (const { PartNumber, Size, ETag } of page.Parts ?? []) {
        yield { number: PartNumber ?? 0, sizeBytes: Size ?? 0, etag: withoutQuotes(ETag ?? '') };
      }
      after = page.IsTruncated ? page.NextPartNumberMarker : undefined;
    } while (after !== undefined);
  }

  async createUpload(name: string, writer: string, { signal }: Signalled = {}): Promise<string> {
    const input = {
      Bucket: this.#bucket,
      Key: name,
      Metadata: { [writerField]: writer },
      ContentType: 'application/octet-stream',
      ...this.#placement(),
    };
    // Repeating it after a lost answer would leave one that nobody knows: whoever discards the key finds it by listing.
    const created = await this.connection.call({ signal }, (s3, options) =>
      s3.send(new CreateMultipartUploadCommand(input), options),
    );
    if (created.UploadId === undefined) throw new Error('The endpoint began an upload without naming it.');
    return created.UploadId;
  }

  /** Also when it is not there (any more). */
  async abortUpload(name: string, uploadId: string, { signal }: Signalled = {}): Promise<void> {
    const input = { Bucket: this.#bucket, Key: name, UploadId: uploadId };
    try {
      await this.connection.call({ signal }, (s3, options) =>
        s3.send(new AbortMultipartUploadCommand(input), options),
      );
    } catch (error) {
      if (!isStoreFault(error, 'not-found')) throw error;
    }
  }

  #placement(): Placement {
    const { storage_class } = this.connection.options;
    return {
      // What other makers than Amazon call their classes is theirs.
      ...(storage_class !== undefined && { StorageClass: storage_class as StorageClass }),
      ...this.#encryption(),
    };
  }

  /** Never of the images' class, which may cost for each read or for months; said where the endpoint knows classes. */
  #besideImages(): Placement {
    const isClassed = this.connection.options.storage_class !== undefined;
    return { ...(isClassed && { StorageClass: 'STANDARD' as const }), ...this.#encryption() };
  }

  #encryption(): Placement {
    const { sse } = this.connection.options;
    if (sse === undefined) return {};
    if (sse === 'AES256') return { ServerSideEncryption: 'AES256' };
    const keyId = sse.slice('aws:kms:'.length);
    return { ServerSideEncryption: 'aws:kms', ...(keyId !== '' && { SSEKMSKeyId: keyId }) };
  }
}

/** As a stream, which the SDK signs without hashing it; the MD5 guards it at less cost. */
function toBody(bytes: Uint8Array): {
  Body: Readable | Uint8Array;
  ContentLength: number;
  ContentMD5?: string;
} {
  if (bytes.byteLength === 0) return { Body: bytes, ContentLength: 0 };
  const stream = Readable.from([bytes], { objectMode: false });
  stream.on('error', () => undefined);
  const md5 = createHash('md5').update(bytes).digest('base64');
  return { Body: stream, ContentLength: bytes.byteLength, ContentMD5: md5 };
}

/** Some makers quote ETags in one answer and not in another. */
export function withoutQuotes(etag: string): string {
  return etag.replace(/^"|"$/g, '');
}

function isNotImplemented(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'NotImplemented';
}
