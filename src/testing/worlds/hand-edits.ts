import type { HandDecisions } from '../../domain/hand-decisions.js';
import { MANUAL_SOURCE } from '../../domain/manual-source.js';
import { USER } from '../../domain/record.js';
import { inTransaction } from '../../platform/db.js';
import { queueEdit } from '../../tasks/inbox/queue-edit.store.js';
import { waitFor } from '../wait-for.js';
import { Script } from '../fakes/scripted-adapter.js';
import type { ApiAnswer, ApiClient } from './api-client.js';
import type { ApiHarness } from './api-harness.js';
import type { Engine, SyncResult, TestSource } from './engine.js';

/** The built-in source, for the engine of a test. */
export const HAND: TestSource = { id: MANUAL_SOURCE.id, name: MANUAL_SOURCE.name, script: new Script() };

/** An edit by hand, and the task that applied it; null where none was queued. */
export interface Edited extends ApiAnswer {
  readonly run: SyncResult | null;
}

/** Sends an edit, runs its task as a worker does while the request waits, and returns the answer. */
export async function editByHand(
  { api, engine, caller }: { readonly api: ApiHarness; readonly engine: Engine; readonly caller: ApiClient },
  path: string,
  body: object,
): Promise<Edited> {
  const before = api.rung.length;
  let answered = false;
  const answer = caller.patch(path, body).finally(() => (answered = true));
  await waitFor(() => Promise.resolve(answered || api.rung.length > before));
  const taskId = api.rung[before];
  const run = taskId === undefined ? null : await engine.sync(HAND, { taskId });
  return { ...(await answer), run };
}

/** Stores decisions about a user in the inbox, as the API does, and runs their task. */
export async function decideByHand(engine: Engine, id: string, decisions: HandDecisions): Promise<SyncResult> {
  const edit = { kind: USER, id, fields: {}, released: [], decisions, requestedBy: 'test' };
  const { taskId } = await inTransaction(engine.db, (tx) => queueEdit(tx, edit));
  return engine.sync(HAND, { taskId });
}
