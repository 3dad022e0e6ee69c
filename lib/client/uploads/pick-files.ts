import { rememberHandle } from './file-handles.ts';

declare global {
  interface Window {
    /** Chromium on HTTPS and localhost. */
    showOpenFilePicker?: (options: { multiple: boolean }) => Promise<FileSystemFileHandle[]>;
  }
  interface DataTransferItem {
    getAsFileSystemHandle?: () => Promise<FileSystemHandle | null>;
  }
}

/** Opens the system's dialog; must be called from a press. An empty list when the person closed it. */
export async function pickFiles({ multiple }: { multiple: boolean }): Promise<File[]> {
  if (window.showOpenFilePicker === undefined) return pickWithInput(multiple);
  try {
    const handles = await window.showOpenFilePicker({ multiple });
    return await Promise.all(handles.map(fileOfHandle));
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return [];
    throw error;
  }
}

async function fileOfHandle(handle: FileSystemFileHandle): Promise<File> {
  const file = await handle.getFile();
  rememberHandle(file, handle);
  return file;
}

function pickWithInput(multiple: boolean): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = multiple;
    input.hidden = true;
    const end = () => {
      resolve([...(input.files ?? [])]);
      input.remove();
    };
    input.addEventListener('change', end);
    input.addEventListener('cancel', end);
    document.body.append(input);
    input.click();
  });
}

export interface Dropped {
  files: File[];
  /** Folders are not uploaded; how many there were. */
  folders: number;
}

/** Reads a drop. Called inside the event: afterwards the browser has emptied the transfer. */
export async function takeDrop(transfer: DataTransfer): Promise<Dropped> {
  const entries = [...transfer.items]
    .filter((item) => item.kind === 'file')
    .map((item) => ({
      file: item.getAsFile(),
      isFolder: item.webkitGetAsEntry?.()?.isDirectory ?? false,
      handle: item.getAsFileSystemHandle?.().catch(() => null) ?? Promise.resolve(null),
    }));
  const files: File[] = [];
  for (const { file, isFolder, handle } of entries) {
    if (isFolder || file === null) continue;
    const kept = await handle;
    if (kept?.kind === 'file') rememberHandle(file, kept as FileSystemFileHandle);
    files.push(file);
  }
  return { files, folders: entries.filter(({ isFolder }) => isFolder).length };
}
