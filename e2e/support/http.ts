import assert from 'node:assert/strict';

/** What a test speaks to one server as one caller. Paths begin with `/`. */
export interface HttpClient {
  /** The answer as it is. */
  send(method: string, path: string, init?: Omit<RequestInit, 'method'>): Promise<Response>;
  /** The JSON of an answer that must have the status; its text is in the failure when it has another. */
  json<Value = unknown>(method: string, path: string, expectedStatus: number, body?: unknown): Promise<Value>;
}

/** `headers` go with every request: `{ 'x-auth-token': token }`, or nothing for somebody who is not signed in. */
export function httpClient(url: string, headers: Readonly<Record<string, string>> = {}): HttpClient {
  const send: HttpClient['send'] = (method, path, init = {}) => {
    const all = new Headers(headers);
    for (const [name, value] of new Headers(init.headers)) all.set(name, value);
    return fetch(url + path, { redirect: 'manual', ...init, method, headers: all });
  };
  return {
    send,
    async json<Value>(method: string, path: string, expectedStatus: number, body?: unknown) {
      const init =
        body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      const answer = await send(method, path, init);
      const text = await answer.text();
      assert.equal(answer.status, expectedStatus, `${method} ${path}: ${text}`);
      return (text === '' ? undefined : JSON.parse(text)) as Value;
    },
  };
}
