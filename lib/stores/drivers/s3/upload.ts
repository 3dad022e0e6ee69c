import { CompleteMultipartUploadCommand, UploadPartCommand, UploadPartCopyCommand } from '@aws-sdk/client-s3';
import { isStoreFault, StoreFault } from '../../store.ts';
import { copyingFrom, type CopySource } from './copy-source.ts';
import { makeOnce } from './outcome.ts';
import type { Part } from './part.ts';
import type { SentPart } from './resume-state.ts';
import { withoutQuotes, type S3Bucket, type Signalled } from './s3-bucket.ts';

/** One multipart upload. */
export class Upload {
  readonly bucket: S3Bucket;
  readonly name: string;
  readonly id: string;
  /** In the metadata of what it becomes. */
  readonly writer: string;

  constructor(bucket: S3Bucket, name: string, id: string, writer: string) {
    this.bucket = bucket;
    this.name = name;
    this.id = id;
    this.writer = writer;
  }

  /** Returns its ETag. */
  async sendPart(number: number, part: Part, { signal }: Signalled): Promise<string> {
    const sent = await this.bucket.connection.call({ signal }, async (s3, options) => {
      const body = part.stream();
      const md5 = part.md5();
      const command = new UploadPartCommand({
        ...this.#target(number),
        Body: body,
        ContentLength: part.bytes,
        ...(md5 !== null && { ContentMD5: md5 }),
      });
      try {
        return await s3.send(command, options);
      } finally {
        body.destroy();
      }
    });
    return this.#etag(sent.ETag);
  }

  /** A part whose bytes the endpoint takes from another object. Returns its ETag. */
  async copyPart(
    number: number,
    source: CopySource,
    { offset, length }: { offset: number; length: number },
    { signal }: Signalled,
  ): Promise<string> {
    const range = `bytes=${offset}-${offset + length - 1}`;
    const copied = await copyingFrom(source, { signal }, (condition) =>
      this.bucket.connection.call({ signal, isSlow: true }, (s3, options) =>
        s3.send(
          new UploadPartCopyCommand({ ...this.#target(number), CopySourceRange: range, ...condition }),
          options,
        ),
      ),
    );
    return this.#etag(copied.CopyPartResult?.ETag);
  }

  /**
   * Makes the parts an object. An answer that does not come is looked for: the object that is there tells whether this
   * upload became it; only an upload that is still open is completed again.
   */
  async complete(parts: readonly SentPart[], sizeBytes: number, { signal }: Signalled): Promise<void> {
    const command = () =>
      new CompleteMultipartUploadCommand({
        Bucket: this.bucket.name,
        Key: this.name,
        UploadId: this.id,
        MultipartUpload: { Parts: parts.map(({ etag }, index) => ({ PartNumber: index + 1, ETag: etag })) },
      });
    await makeOnce(
      {
        run: () =>
          this.bucket.connection.call({ signal, isRepeatable: false, isSlow: true }, (s3, options) =>
            s3.send(command(), options),
          ),
        find: () => this.bucket.findOurs(this.name, this.writer, sizeBytes, { signal }),
        mayRepeat: () => this.isOpen(),
      },
      signal,
    );
  }

  async isOpen(options: Signalled = {}): Promise<boolean> {
    try {
      for await (const part of this.bucket.listParts(this.name, this.id, options)) if (part.number > 0) break;
      return true;
    } catch (error) {
      if (isStoreFault(error, 'not-found')) return false;
      throw error;
    }
  }

  abort(options: Signalled = {}): Promise<void> {
    return this.bucket.abortUpload(this.name, this.id, options);
  }

  #target(number: number) {
    return { Bucket: this.bucket.name, Key: this.name, UploadId: this.id, PartNumber: number };
  }

  #etag(etag: string | undefined): string {
    if (etag !== undefined) return withoutQuotes(etag);
    const { storeId } = this.bucket.connection;
    throw new StoreFault(
      'unavailable',
      storeId,
      `Store "${storeId}": the endpoint took a part without an ETag.`,
    );
  }
}
