import type { ServerEvent } from '../../contract/events.ts';
import type { Transaction } from '../../db/database.ts';
import { insertEvent } from '../../db/repositories/events.ts';
import type { Context } from '../../runtime/context.ts';

type Recorder = Pick<Context, 'runtime' | 'requestId'> & { actor: { userId: string } };

/**
 * Writes a change into `events` in the caller's transaction and tells the process after the commit. `projectId`:
 * whose change it is (administrators hear everything); null: everybody who is signed in may know.
 */
export async function recordEvent(
  { runtime, actor, requestId }: Recorder,
  transaction: Transaction,
  event: Extract<ServerEvent, { type: 'image' | 'store' }>,
  projectId: string | null,
): Promise<void> {
  const id = await insertEvent(transaction, {
    at: runtime.now(),
    type: event.type,
    image_id: event.type === 'image' ? event.image_id : null,
    store_id: event.type === 'store' ? event.store : null,
    project_id: projectId,
    actor_id: actor.userId,
    request_id: requestId,
    payload: event,
  });
  await runtime.events.publishWith(transaction, { id, event, projectId });
}
