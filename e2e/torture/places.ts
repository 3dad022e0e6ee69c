import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isStoreFault, type ListingStore } from '#lib/stores/store.ts';

/** Where a store keeps its objects, seen beside Stowage. */
export interface Place {
  /** `driver: …, options: …` of its entry in stowage.yaml. */
  readonly entry: string;
  /** Of everything that lies there, whatever it is. */
  names(): Promise<string[]>;
  find(key: string): Promise<{ sizeBytes: number; sha512: string } | null>;
}

export function directoryPlace(directory: string): Place {
  return {
    entry: `driver: filesystem, options: { path: ${directory} }`,
    names: () => readdir(directory),
    async find(key) {
      const file = path.join(directory, key);
      const facts = await stat(file).catch(() => null);
      return facts && { sizeBytes: facts.size, sha512: await sha512Of(createReadStream(file)) };
    },
  };
}

/** Through a driver of our own, which no server shares. */
export function storePlace(store: ListingStore, entry: string): Place {
  return {
    entry,
    async names() {
      const objects = await Array.fromAsync(store.list());
      return objects.map(({ key, unfinished }) => (unfinished ? `${key} (unfinished)` : key));
    },
    async find(key) {
      try {
        const { sizeBytes } = await store.stat(key);
        return { sizeBytes, sha512: await sha512Of(store.read(key, { offset: 0, length: sizeBytes })) };
      } catch (error) {
        if (isStoreFault(error, 'not-found')) return null;
        throw error;
      }
    },
  };
}

async function sha512Of(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha512');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
