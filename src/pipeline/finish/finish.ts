import { judgeTask, type TaskVerdict } from '../../domain/judge-task.js';
import type { RemovalVerdict } from '../../domain/may-remove.js';
import { type RecordKind, USER } from '../../domain/record.js';
import type { HeldPlan, TaskCounts } from '../../domain/task.js';
import { fenced } from '../fenced.store.js';
import type { RunContext } from '../run-context.js';
import { countTask } from './counts.store.js';
import { endTask, holdTask, saveSourceMarks } from './finish.store.js';
import { savePushResults } from './push-results.store.js';

/** Ends a task truthfully: counts from its rows, the source's cursor, what became of its pushes (R40). */
export async function finish(
  context: RunContext,
  removals: ReadonlyMap<RecordKind, RemovalVerdict>,
): Promise<TaskVerdict['status']> {
  const { task, run } = context;
  const { verdict, counts } = await fenced(context, async (tx) => {
    const found = await countTask(tx, context);
    const required = requiredKinds(context, found);
    const judged = judgeTask({ mode: task.mode, counts: found, removals, required });
    await endTask(tx, context, { verdict: judged, counts: found });
    if (!task.dryRun) {
      const complete = task.mode === 'full' && required.every((kind) => removals.get(kind)?.allowed === true);
      await saveSourceMarks(tx, context, { complete });
      await savePushResults(tx, context, judged.status);
    }
    return { verdict: judged, counts: found };
  });
  run.report({ phase: 'apply', line: `${verdict.status}: ${inWords(counts)}`, done: 1, total: 1 });
  return verdict.status;
}

/** Leaves the plan to a person. */
export async function hold(context: RunContext, held: HeldPlan): Promise<void> {
  await fenced(context, async (tx) => {
    const applied = await countTask(tx, context, 'applied');
    await holdTask(tx, context, { held: { ...held, applied }, counts: await countTask(tx, context) });
  });
}

/** People must be read to the end where the source has them, and so must every kind of which anything was seen. */
function requiredKinds({ adapter, targets }: RunContext, counts: TaskCounts): readonly RecordKind[] {
  const kinds = targets.kinds().filter((kind) => (counts[kind]?.seen ?? 0) > 0);
  return adapter.capabilities.kinds.includes(USER) ? [...new Set([...kinds, USER])] : kinds;
}

function inWords(counts: TaskCounts): string {
  return Object.entries(counts)
    .map(([kind, { seen, created, updated, removed, skipped, failed }]) =>
      [`${kind} ${seen} seen`, `${created} created`, `${updated} updated`, `${removed} removed`, `${skipped} skipped`]
        .concat(failed > 0 ? [`${failed} failed`] : [])
        .join(', '),
    )
    .join('; ');
}
