import { setTimeout as sleep } from 'node:timers/promises';

/** Until `look` is truthy; its value and how long that took. Throws after `patienceMilliseconds`. */
export async function waitFor<Value>(
  what: string,
  look: () => Promise<Value> | Value,
  patienceMilliseconds: number,
): Promise<{ value: NonNullable<Value>; milliseconds: number }> {
  const startedAt = performance.now();
  for (;;) {
    const value = await look();
    const milliseconds = performance.now() - startedAt;
    if (value) return { value, milliseconds };
    if (milliseconds > patienceMilliseconds) {
      throw new Error(`${what}: not within ${patienceMilliseconds} ms`);
    }
    await sleep(50);
  }
}

/** The status of an answer, whose body is thrown away; 0 when there is none. */
export async function statusOf(answer: Promise<Response>): Promise<number> {
  try {
    const { status, body } = await answer;
    await body?.cancel();
    return status;
  } catch {
    return 0;
  }
}
