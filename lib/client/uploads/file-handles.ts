/**
 * Where the browser can hand out a handle of a picked file, it is kept beside the upload, so that after a restart one
 * press goes on without looking for the file again. The handle is of this browser only; the server never sees it.
 */

/** What TypeScript's DOM types lack of the File System Access interface. */
export interface KeptHandle extends FileSystemFileHandle {
  queryPermission(descriptor: { mode: 'read' }): Promise<PermissionState>;
  requestPermission(descriptor: { mode: 'read' }): Promise<PermissionState>;
}

const databaseName = 'stowage-uploads';
const storeName = 'handles';
const handles = new WeakMap<File, FileSystemFileHandle>();

/** Where this file came from, for as long as it is in memory. */
export function rememberHandle(file: File, handle: FileSystemFileHandle): void {
  handles.set(file, handle);
}

export async function keepHandle(uploadId: string, file: File): Promise<void> {
  const handle = handles.get(file);
  if (handle) await inStore('readwrite', (store) => store.put(handle, uploadId));
}

export async function findHandle(uploadId: string): Promise<KeptHandle | null> {
  const found = await inStore<KeptHandle | undefined>('readonly', (store) => store.get(uploadId));
  return found ?? null;
}

export async function dropHandle(uploadId: string): Promise<void> {
  await inStore('readwrite', (store) => store.delete(uploadId));
}

/** Uploads of which this browser has the file at hand. */
export async function listHandles(): Promise<string[]> {
  const keys = await inStore<IDBValidKey[]>('readonly', (store) => store.getAllKeys());
  return (keys ?? []).map(String);
}

/**
 * The file behind the handle. Asks the person once where the browser wants that, so it must be called from a press.
 * Null when it was not allowed, or the file is not there any more.
 */
export async function openHandle(handle: KeptHandle): Promise<File | null> {
  const granted =
    (await handle.queryPermission({ mode: 'read' })) === 'granted' ||
    (await handle.requestPermission({ mode: 'read' })) === 'granted';
  if (!granted) return null;
  const file = await handle.getFile().catch(() => null);
  if (file !== null) rememberHandle(file, handle);
  return file;
}

/** Undefined where the browser keeps nothing (private windows): then the person picks the file. */
async function inStore<Result>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest,
): Promise<Result | undefined> {
  try {
    const opening = indexedDB.open(databaseName, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(storeName);
    const database = (await settled(opening)) as IDBDatabase;
    try {
      return (await settled(act(database.transaction(storeName, mode).objectStore(storeName)))) as Result;
    } finally {
      database.close();
    }
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

function settled(request: IDBRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new DOMException('the request failed'));
  });
}
