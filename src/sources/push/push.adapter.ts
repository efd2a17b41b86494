import { z } from 'zod';
import { DEPARTMENT, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import type { SourceAdapter } from '../source-adapter.js';
import { pushMessages } from './push-messages.js';
import type { PushInbox } from './push-inbox.js';
import { stopOnAbort } from './stop-on-abort.js';

const nothing = z.strictObject({});

type Nothing = z.infer<typeof nothing>;

/**
 * A source that is told instead of asked: clients push records, a task drains them as a delta.
 *
 * Absence proves nothing here, so nothing is ever complete. A push may have a kind that a plugin registered.
 */
export function pushAdapter({ inbox }: { readonly inbox: PushInbox }): SourceAdapter<Nothing, Nothing> {
  return {
    type: 'push',
    title: 'Push API',
    configSchema: nothing,
    cursorSchema: nothing,
    // Resumable: a task's pushes are bound to it, so an interrupted read simply reads them again.
    capabilities: { kinds: [USER, DEPARTMENT], modes: ['delta'], resumable: true, replays: true },
    check: () => Promise.resolve({ ok: true, hint: 'Records arrive at POST /api/v1/sources/{name}/records.' }),
    read: ({ taskId }, { sourceId, signal }) => stopOnAbort(drain(inbox, taskId, sourceId), signal),
  };
}

async function* drain(inbox: PushInbox, taskId: string, sourceId: string): AsyncGenerator<SourceMessage<Nothing>> {
  await inbox.claim(taskId, sourceId);
  for await (const push of inbox.read(taskId)) yield* pushMessages(push);
  yield { type: 'checkpoint', cursor: {} };
}
