import { randomBytes } from 'node:crypto';
import { StoreFault, type BeginOptions, type ResumeOptions } from '../../store.ts';
import { PartPlan } from './part-plan.ts';
import { decodeState, EtagDigest, type Point, type SentPart } from './resume-state.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { findUpload, removeLeftovers } from './s3-leftovers.ts';
import type { WriterStart } from './s3-writer.ts';
import { StrayParts } from './stray-parts.ts';
import { Upload } from './upload.ts';

type Start = Omit<WriterStart, 'key' | 'parallel' | 'pool'>;

const nothing: Point = { bytes: 0, parts: 0, digest: '', tail: [] };

/**
 * Where an unfinished object goes on: its upload with the parts that were durable at exactly `durableBytes`. Parts
 * behind them do not count; `StrayParts` says why the writer has to know them.
 */
export async function findStart(
  bucket: S3Bucket,
  key: string,
  { durableBytes, resumeState, sizeBytes, signal }: ResumeOptions,
  partBytes: number,
): Promise<Start> {
  const { storeId } = bucket.connection;
  const name = bucket.objectName(key);
  const fault = (kind: 'exists' | 'not-found' | 'short-read', message: string) =>
    new StoreFault(kind, storeId, `Store "${storeId}": ${message}.`);
  const committed = await bucket.head(name, { signal });
  if (committed !== null) throw fault('exists', 'something is already stored under this name');
  const tails = await Array.fromAsync(bucket.list(bucket.leftoversPrefix(key), { signal }));
  const tailNames = tails.map((tail) => tail.name);
  const state = decodeState(resumeState);
  if (state === null) {
    const found = await findUpload(bucket, key, { signal });
    if (found === null) throw fault('not-found', 'there is no such unfinished object');
    if (durableBytes > 0) throw fault('short-read', 'nobody knows where the unfinished object stands');
    // Nothing of it counts, and who began it is not known.
    await removeLeftovers(bucket, key, { signal });
    return await startNew(bucket, key, { sizeBytes, signal }, partBytes);
  }
  const upload = new Upload(bucket, name, state.upload, state.writer);
  const point = durableBytes === 0 ? nothing : state.points.find(({ bytes }) => bytes === durableBytes);
  const parts: SentPart[] = [];
  const strays = new StrayParts();
  for await (const found of bucket.listParts(name, state.upload, { signal })) {
    const isOfPoint = parts.length < (point?.parts ?? 0) && found.number === parts.length + 1;
    if (isOfPoint) parts.push({ bytes: found.sizeBytes, etag: found.etag });
    else strays.add(found);
  }
  const shortRead = () => fault('short-read', 'the unfinished object is shorter than it should be');
  if (point === undefined || parts.length !== point.parts) throw shortRead();
  if (point.parts > 0 && new EtagDigest().of(parts) !== point.digest) throw shortRead();
  const plan = new PartPlan(state.part, sizeBytes, point);
  return { upload, plan, partBytes: state.part, parts, strays, points: [point], tailNames };
}

export async function startNew(
  bucket: S3Bucket,
  key: string,
  { sizeBytes, signal }: BeginOptions,
  partBytes: number,
): Promise<Start> {
  const name = bucket.objectName(key);
  const writer = randomBytes(12).toString('hex');
  const upload = new Upload(bucket, name, await bucket.createUpload(name, writer, { signal }), writer);
  const plan = new PartPlan(partBytes, sizeBytes);
  return { upload, plan, partBytes, parts: [], strays: new StrayParts(), points: [nothing], tailNames: [] };
}
