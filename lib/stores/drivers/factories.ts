import type { StoreFactory } from '../store.ts';
import type { DriverName } from './index.ts';

/** How each driver is opened. Loaded when the first store needs it, so an SDK that nobody uses costs nothing. */
export const driverFactories: { readonly [Name in DriverName]: () => Promise<StoreFactory<never>> } = {
  filesystem: async () => {
    const { FilesystemStore } = await import('./filesystem/filesystem-store.ts');
    return ({ id, options }) => new FilesystemStore(id, options);
  },
  s3: async () => {
    const { S3Store } = await import('./s3/s3-store.ts');
    return ({ id, options }) => new S3Store(id, options);
  },
  swift: async () => {
    const { SwiftStore } = await import('./swift/swift-store.ts');
    return ({ id, options }) => new SwiftStore(id, options);
  },
};
