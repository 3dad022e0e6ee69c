/** How any part of the console asks for the upload sheet, with or without files; what uploads listens once. */

const channel = 'stowage:upload';

export interface UploadRequest {
  files?: File[];
  /** Chosen beforehand: the store whose page the person is on. */
  stores?: string[];
}

export function requestUpload(request: UploadRequest = {}): void {
  window.dispatchEvent(new CustomEvent<UploadRequest>(channel, { detail: request }));
}

/** Returns the function that stops listening. */
export function onUploadRequest(listener: (request: UploadRequest) => void): () => void {
  const hear = (event: Event) => listener((event as CustomEvent<UploadRequest>).detail);
  window.addEventListener(channel, hear);
  return () => window.removeEventListener(channel, hear);
}
