import { decideOutcome, type RemovalVerdict, SOURCE_KEPT, type TaskOutcome } from '../../domain/task-outcome.js';
import { type RecordKind, USER } from '../../domain/record.js';
import type { HeldPlan, TaskCounts } from '../../domain/task.js';
import type { Tx } from '../../platform/db.js';
import { fenced } from '../fenced.store.js';
import type { RunContext } from '../run-context.js';
import { hasLinks } from '../load-context.store.js';
import { countTask } from './counts.store.js';
import { clearHintsAside, deleteSource, endTask, holdTask, putHintsAside, saveSourceMarks } from './finish.store.js';
import { savePushResults } from './push-results.store.js';
import { SyncError } from '../../domain/errors.js';

/** Ends a task: counts from its rows, cursor of the source, results of its pushes (R40). */
export async function finish(
  context: RunContext,
  removals: ReadonlyMap<RecordKind, RemovalVerdict>,
): Promise<TaskOutcome['status']> {
  const { task, run } = context;
  const { verdict, counts } = await fenced(context, async (tx) => {
    const found = await countTask(tx, context);
    const required = requiredKinds(context, found);
    const isLeft = task.mode === 'remove' && !task.dryRun && (await hasLinks(tx, context));
    const judged = isLeft ? SOURCE_KEPT : decideOutcome({ mode: task.mode, counts: found, removals, required });
    if (!task.dryRun) {
      await savePushResults(tx, context, judged.status);
      await settleHints(tx, context);
      if (task.mode === 'remove' && !isLeft) await leave(tx, context);
    }
    // After the statements that may take long: from here on the task's row is locked against heartbeat and cancel.
    await endTask(tx, context, { verdict: judged, counts: found });
    const complete = task.mode === 'full' && required.every((kind) => removals.get(kind)?.allowed === true);
    if (!task.dryRun) await saveSourceMarks(tx, context, { complete });
    return { verdict: judged, counts: found };
  });
  run.report({ phase: 'apply', line: `${verdict.status}: ${inWords(counts)}`, done: 1, total: 1 });
  return verdict.status;
}

/** Deletes the source; fields that its records left behind (R14, `keep`) lose its priority. */
async function leave(tx: Tx, context: RunContext): Promise<void> {
  await deleteSource(tx, context);
  for (const target of context.targets.list())
    if (target.type === 'derived') await target.settleOrder?.(tx, context.scope);
}

/** A hint that could not be read does not block others: it waits until a delta or a full read processes it. */
async function settleHints(tx: Tx, context: RunContext): Promise<void> {
  const { adapter, task } = context;
  if (!adapter.hooks && !adapter.stream) return;
  if (task.mode === 'delta') await putHintsAside(tx, context);
  if (task.mode === 'full') await clearHintsAside(tx, context);
}

/** Holds the task until its plan is approved. */
export async function hold(context: RunContext, held: HeldPlan): Promise<void> {
  await fenced(context, async (tx) => {
    const applied = await countTask(tx, context, 'applied');
    await holdTask(tx, context, { held: { ...held, applied }, counts: await countTask(tx, context) });
  });
}

function inWords(counts: TaskCounts): string {
  return Object.entries(counts)
    .map(([kind, { seen, created, updated, removed, skipped, failed, fieldProblems, waiting }]) =>
      [`${kind} ${seen} seen`, `${created} created`, `${updated} updated`, `${removed} removed`, `${skipped} skipped`]
        .concat(failed > 0 ? [`${failed} failed`] : [])
        .concat(fieldProblems > 0 ? [`${fieldProblems} fields left out`] : [])
        .concat(waiting > 0 ? [`${waiting} references waiting`] : [])
        .join(', '),
    )
    .join('; ');
}

/**
 * The kinds that a full task of this source must read to the end: those that the source's options require, and every
 * kind of which a record was read (R40).
 */
function requiredKinds(context: RunContext, counts: TaskCounts): readonly RecordKind[] {
  const seen = context.targets.kinds().filter((kind) => (counts[kind]?.seen ?? 0) > 0);
  return [...new Set([...seen, ...kindsOfOptions(context)])];
}

function kindsOfOptions({ adapter, openConfig, source, task }: RunContext): readonly RecordKind[] {
  const fallback = adapter.capabilities.kinds.includes(USER) ? [USER] : [];
  if (task.mode !== 'full' || !adapter.requiredKinds) return fallback;
  try {
    return adapter.requiredKinds(openConfig(source));
  } catch (error) {
    // A secret that can no longer be decrypted must not fail a task that is already applied.
    if (error instanceof SyncError) return fallback;
    throw error;
  }
}
