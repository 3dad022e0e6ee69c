import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';

export const TaskBody = z.record(z.string(), z.unknown());

const Input = z.record(z.string(), z.unknown());

/** The body of `POST /v2/tasks`: the input of the one type that can be asked for. */
export function toTaskInput(body: Record<string, unknown>): Record<string, unknown> {
  for (const name of ['type', 'input']) {
    if (!Object.hasOwn(body, name)) throw wrong(`Task '${name}' is required`);
  }
  if (body['type'] !== 'import') {
    throw wrong(
      `Provided object does not match schema 'task': ${JSON.stringify(body['type'])} is not 'import'`,
    );
  }
  const input = Input.safeParse(body['input']);
  if (!input.success) throw wrong("Provided object does not match schema 'task': input is no object");
  return input.data;
}

function wrong(message: string): StowageError {
  return new StowageError('bad_request', message);
}
