import type { z } from 'zod';
import type { changeSchema, TaskView } from '../src/http/api/tasks/task-schema.js';
import { type ApiAccess, callApi } from './call-api.js';
import { formatTable } from './format-table.js';

type Change = z.output<typeof changeSchema>;

const COLUMNS = [
  'seen',
  'created',
  'linked',
  'updated',
  'restored',
  'unchanged',
  'removed',
  'skipped',
  'failed',
] as const;
const EXAMPLES_A_KIND = 3;

/** Prints what a task did: counts by kind, and some of its changes. */
export async function showChanges(access: ApiAccess, task: TaskView, say: (text: string) => void): Promise<void> {
  const kinds = Object.entries(task.counts).filter(([, counts]) => counts.seen > 0 || counts.removed > 0);
  const used = COLUMNS.filter((column) => kinds.some(([, counts]) => counts[column] > 0));
  const rows = kinds.map(([kind, counts]) => [kind, ...used.map((column) => String(counts[column]))]);
  say(`\nTask ${task.batch} ${task.status} in ${((task.costMs ?? 0) / 1000).toFixed(1)} s`);
  say(formatTable([['', ...used], ...rows]));
  const examples = (await Promise.all(kinds.map(([kind]) => readExamples(access, task, kind)))).flat();
  if (examples.length === 0) return say('  All records are unchanged: nothing was written.');
  say(`\n${formatTable(examples.map(rowOf))}`);
}

async function readExamples(access: ApiAccess, task: TaskView, kind: string): Promise<readonly Change[]> {
  const query = new URLSearchParams({ kind, limit: String(EXAMPLES_A_KIND) });
  const page = await callApi<{ items: Change[] }>(access, { path: `/tasks/${task.id}/changes?${query.toString()}` });
  return page?.items ?? [];
}

function rowOf({ action, kind, externalId, after, code }: Change): readonly string[] {
  const fields = Object.entries(after ?? {}).filter(([, value]) => ['string', 'boolean'].includes(typeof value));
  const shown = fields.filter(([name]) =>
    ['username', 'nickname', 'email', 'title', 'isMain', 'isOwner'].includes(name),
  );
  return [action, kind, externalId ?? '', code ?? shown.map(([name, value]) => `${name}=${String(value)}`).join('  ')];
}
