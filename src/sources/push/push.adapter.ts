import { z } from 'zod';
import { DEPARTMENT, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { ReadRequest, SourceAdapter, SourceContext } from '../source-adapter.js';
import { pushMessages } from './push-messages.js';
import { type PushInbox, stopOnAbort } from './push-inbox.js';

const nothing = z.strictObject({});

type Nothing = z.infer<typeof nothing>;

/**
 * Reads pushed records: clients push them, and a task reads them as a delta.
 *
 * A record that is not pushed is not absent, so no kind is ever complete. A push can have a kind that a plugin
 * registered.
 */
export function pushAdapter({ inbox }: { readonly inbox: PushInbox }): SourceAdapter<Nothing, Nothing> {
  return {
    type: 'push',
    title: 'Push API',
    configSchema: nothing,
    cursorSchema: nothing,
    // Resumable: the pushes of a task are assigned to it, so an interrupted read reads them again.
    capabilities: { kinds: [USER, DEPARTMENT], modes: ['delta'], resumable: true, replays: true },
    check: () => Promise.resolve({ ok: true, hint: 'Clients push records to POST /api/v1/sources/{name}/records.' }),
    read: (request, { sourceId, signal }) => stopOnAbort(drain(inbox, request, { sourceId, signal }), signal),
  };
}

/**
 * A dry run reads the waiting pushes without assigning them: a task that has pushes must apply or refuse them (R35).
 */
async function* drain(
  inbox: PushInbox,
  { taskId, dryRun = false }: ReadRequest<Nothing>,
  { sourceId, signal }: Pick<SourceContext<Nothing>, 'sourceId' | 'signal'>,
): AsyncGenerator<SourceMessage<Nothing>> {
  if (!dryRun) await inbox.claim(taskId, sourceId, signal);
  for await (const push of dryRun ? inbox.peek(sourceId, signal) : inbox.read(taskId, signal))
    yield* pushMessages(push);
  yield { type: 'checkpoint', cursor: {} };
}
