/** A browser at `/api/events`, which can be led from one replica to another. */
export interface HeardEvent {
  id: number | null;
  type: string;
  data: Record<string, unknown>;
}

export class EventReader {
  readonly heard: HeardEvent[] = [];
  #lastId: number | null = null;
  #cut: AbortController | null = null;
  #reading: Promise<void> = Promise.resolve();
  readonly #headers: Readonly<Record<string, string>>;

  /** `headers`: of whoever listens. */
  constructor(headers: Readonly<Record<string, string>>) {
    this.#headers = headers;
  }

  /** What the browser would send as `Last-Event-ID`. */
  get lastId(): number | null {
    return this.#lastId;
  }

  /** Resolves when the stream stands: what happens from then on, and since the last id, is heard. */
  async connect(url: string): Promise<void> {
    const cut = new AbortController();
    const answer = await fetch(`${url}/api/events`, {
      signal: cut.signal,
      headers: {
        ...this.#headers,
        accept: 'text/event-stream',
        ...(this.#lastId !== null && { 'last-event-id': String(this.#lastId) }),
      },
    });
    const { body } = answer;
    if (answer.status !== 200 || body === null) throw new Error(`/api/events: ${answer.status}`);
    this.#cut = cut;
    const stands = Promise.withResolvers<void>();
    this.#reading = this.#read(body, stands.resolve).then(stands.resolve, stands.resolve);
    // Its first id says where it stands.
    await stands.promise;
  }

  async disconnect(): Promise<void> {
    this.#cut?.abort();
    await this.#reading;
  }

  async #read(body: ReadableStream<Uint8Array>, stands: () => void): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const part of body) {
      rest += decoder.decode(part, { stream: true });
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        this.#take(block);
        if (this.#lastId !== null) stands();
      }
    }
  }

  #take(block: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null;
    const id = field('id');
    if (id !== null) this.#lastId = Number(id);
    const data = field('data');
    if (data === null) return;
    this.heard.push({
      id: id === null ? null : Number(id),
      type: field('event') ?? 'message',
      data: JSON.parse(data) as Record<string, unknown>,
    });
  }
}
