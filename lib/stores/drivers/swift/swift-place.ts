import { StoreFault, type StoreFaultKind } from '../../store.ts';
import type { HttpAnswer } from './http-connection.ts';
import { segmentPrefix } from './segment-ledger.ts';
import type { SwiftClient } from './swift-client.ts';

/** The metadata header that says which writer published an object: resolves a commit whose answer was lost. */
export const writerHeader = 'x-object-meta-stowage-writer';

/** An object as a listing shows it. */
export interface ListedName {
  name: string;
  bytes: number;
  /** MD5 in hex; of a manifest not what `HEAD` says. */
  hash: string;
  modifiedAt: Date;
}

/** The two containers of a store, and the calls on them that several parts of the driver make. */
export class SwiftPlace {
  readonly storeId: string;
  readonly client: SwiftClient;
  readonly container: string;
  readonly segmentsContainer: string;

  constructor(storeId: string, client: SwiftClient, container: string, segmentsContainer: string) {
    this.storeId = storeId;
    this.client = client;
    this.container = container;
    this.segmentsContainer = segmentsContainer;
  }

  /** The headers of a committed object, null when there is none. */
  async find(key: string, signal?: AbortSignal): Promise<HttpAnswer['headers'] | null> {
    return await this.head(this.container, key, signal);
  }

  async findSegment(name: string, signal?: AbortSignal): Promise<HttpAnswer['headers'] | null> {
    return await this.head(this.segmentsContainer, name, signal);
  }

  async head(container: string, name: string, signal?: AbortSignal): Promise<HttpAnswer['headers'] | null> {
    const answer = await this.client.repeat({
      method: 'HEAD',
      path: [container, name],
      expect: [200, 404],
      signal,
    });
    return answer.status === 404 ? null : answer.headers;
  }

  /** Removes one object; one that is not there is fine. */
  async delete(container: string, name: string, signal?: AbortSignal): Promise<void> {
    await this.client.repeat({
      method: 'DELETE',
      path: [container, name],
      expect: [204, 200, 404],
      signal,
    });
  }

  /** Everything that lies below the key in the segments container. */
  async segmentsOf(key: string, signal?: AbortSignal): Promise<ListedName[]> {
    const all: ListedName[] = [];
    for await (const listed of this.list(this.segmentsContainer, { prefix: segmentPrefix(key), signal })) {
      all.push(listed);
    }
    return all;
  }

  /** In the order of names. A container that is not there holds nothing. */
  async *list(
    container: string,
    { prefix = '', signal }: { prefix?: string; signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<ListedName, void, undefined> {
    let marker = '';
    for (;;) {
      const query = new URLSearchParams({ format: 'json', limit: '10000', prefix, marker });
      const { status, body } = await this.client.repeat({
        method: 'GET',
        path: [container],
        query: query.toString(),
        expect: [200, 204, 404],
        signal,
      });
      const page = status === 200 ? (JSON.parse(body.toString('utf8')) as RawName[]) : [];
      for (const { name, bytes, hash, last_modified: modified } of page) {
        yield {
          name,
          bytes,
          hash,
          modifiedAt: new Date(/Z$|[+-]\d\d:\d\d$/.test(modified) ? modified : `${modified}Z`),
        };
      }
      const last = page.at(-1);
      if (last === undefined) return;
      marker = last.name;
    }
  }

  fault(kind: StoreFaultKind, message: string, remedy: string | null = null, cause?: unknown): StoreFault {
    return new StoreFault(kind, this.storeId, `Store "${this.storeId}": ${message}`, cause, remedy);
  }
}

/** Of an answer in JSON to a listing; Swift answers what it promises. */
interface RawName {
  name: string;
  bytes: number;
  hash: string;
  last_modified: string;
}

/** Runs `work` for each, so many at a time. The first that fails ends it when those under way are done. */
export async function forEachParallel<Item>(
  items: readonly Item[],
  parallel: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0;
  let isFailing = false;
  const worker = async () => {
    while (next < items.length && !isFailing) {
      const item = items[next++];
      if (item === undefined) return;
      try {
        await work(item);
      } catch (error) {
        isFailing = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(parallel, items.length) }, worker));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
