import { randomBytes } from 'node:crypto';
import type { ConformancePlace } from '../../conformance/conformance.ts';
import { SwiftOptions } from './options.ts';
import { SwiftClient, type SwiftTuning } from './swift-client.ts';
import { SwiftPlace } from './swift-place.ts';
import { SwiftStore } from './swift-store.ts';

/** How a test signs in: whatever `options` of a store says about that. */
export type TestAccount = Pick<SwiftOptions, 'auth_url'> & Partial<SwiftOptions>;

/** Quick retries: a test waits for no server to recover. */
export const quickRetry: SwiftTuning = { retry: { firstBackoffMilliseconds: 5 } };

export interface SwiftTestPlace extends ConformancePlace {
  readonly options: SwiftOptions;
  /** Everything that lies in both containers now, by `container/name`. */
  names(): Promise<string[]>;
  /** Calls behind the driver's back. */
  readonly behind: SwiftPlace;
}

/** Two stores in containers of their own, in one account of a Swift that goes away with its tests. */
export async function openSwiftPlace(
  account: TestAccount,
  more: Partial<SwiftOptions> = {},
  tuning: SwiftTuning = quickRetry,
): Promise<SwiftTestPlace> {
  const container = `images-${randomBytes(5).toString('hex')}`;
  const optionsOf = (name: string) =>
    SwiftOptions.parse({
      container: name,
      create_container: true,
      segment_size_mib: 1,
      ...account,
      ...more,
    });
  const options = optionsOf(container);
  const client = new SwiftClient('behind', options, quickRetry);
  const behind = new SwiftPlace('behind', client, container, `${container}_segments`);
  const neighbour = `${container}-neighbour`;
  return {
    options,
    behind,
    open: async () => new SwiftStore('store', options, tuning),
    async openNeighbour() {
      for (const name of [neighbour, `${neighbour}_segments`]) {
        await client.send({ method: 'PUT', path: [name], expect: [201, 202] });
      }
      return new SwiftStore('neighbour', optionsOf(neighbour), tuning);
    },
    async putForeign(name, bytes) {
      await client.send({ method: 'PUT', path: [container, name], body: bytes, expect: [201] });
    },
    async names() {
      const names: string[] = [];
      for (const where of [container, `${container}_segments`]) {
        for await (const { name } of behind.list(where)) names.push(`${where}/${name}`);
      }
      return names;
    },
    remove: () => client.close(),
  };
}
