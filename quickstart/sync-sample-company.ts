import type { TaskView } from '../src/http/api/tasks/task-schema.js';
import { type ApiAccess, callApi } from './call-api.js';
import { SAMPLE_SOURCE } from './sample-source.js';
import { showChanges } from './show-changes.js';
import { showTask } from './show-task.js';

/**
 * Registers the sample company at the first start and syncs it; the first start syncs again, to show that nothing
 * is left to do.
 *
 * @throws Error when a sync does not succeed.
 */
export async function syncSampleCompany(access: ApiAccess, say: (text: string) => void): Promise<void> {
  const isNew = await ensureSource(access);
  say(isNew ? '  Source       sample-company registered' : '  Source       sample-company already exists');
  const first = await sync(access);
  await showChanges(access, first, say);
  if (!isNew) return;
  await showChanges(access, await sync(access), say);
}

async function ensureSource(access: ApiAccess): Promise<boolean> {
  const made = await callApi(access, { method: 'POST', path: '/sources', body: SAMPLE_SOURCE, orNullAt: 409 });
  return made !== null;
}

async function sync(access: ApiAccess): Promise<TaskView> {
  const path = `/sources/${SAMPLE_SOURCE.name}/sync`;
  const task = await callApi<TaskView>(access, { method: 'POST', path, body: { mode: 'full' } });
  const ended = await showTask(access, task as TaskView);
  if (ended.status === 'succeeded') return ended;
  throw new Error(`the sync ended as "${ended.status}"${reasonOf(ended)}. See GET /api/v1/tasks/${ended.id}/changes.`);
}

function reasonOf({ error, held }: TaskView): string {
  if (error) return ` (${error.code}: ${error.message})`;
  return held ? ` (${held.reasons.map(({ code }) => code).join(', ')})` : '';
}
