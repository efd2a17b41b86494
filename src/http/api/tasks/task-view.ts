import { type HeldPlan, NO_COUNTS } from '../../../domain/task.js';
import { ringId, SYNC_QUEUE } from '../../../queue/jobs.js';
import type { TargetRegistry } from '../../../targets/target-registry.js';
import type { Task } from '../../../tasks/life/task.js';
import type { TaskView } from './task-schema.js';

/** A task as callers see it: every kind has its counts, also where nothing happened. */
export function viewTask(task: Task, targets: TargetRegistry): TaskView {
  const kinds = targets.list().map((target) => target.kind);
  return {
    id: task.id,
    batch: task.batch,
    source: task.source,
    trigger: task.trigger,
    mode: task.mode,
    dryRun: task.dryRun,
    undoes: task.undoes,
    status: task.status,
    phase: task.phase,
    attempt: task.attempt,
    progress: { phase: task.phase, done: task.done, total: task.total },
    counts: Object.fromEntries(kinds.map((kind) => [kind, { ...NO_COUNTS, ...task.counts[kind] }])),
    complete: Object.fromEntries(targets.kinds().map((kind) => [kind, task.complete[kind] !== undefined])),
    error: task.error,
    held: task.held && viewHeld(task.held),
    scheduledFor: timeOf(task.scheduledFor),
    notBefore: timeOf(task.notBefore),
    cancelRequestedAt: timeOf(task.cancelRequestedAt),
    queuedAt: task.queuedAt.toISOString(),
    startedAt: timeOf(task.startedAt),
    finishedAt: timeOf(task.finishedAt),
    costMs: task.costMs,
    requestedBy: task.requestedBy,
    job: task.ring === 0 ? null : { queue: SYNC_QUEUE, id: ringId(task.id, task.ring) },
  };
}

function viewHeld({ reasons, planHash, expiresAt }: HeldPlan): TaskView['held'] {
  return { reasons: reasons.map((reason) => ({ ...reason })), planHash, expiresAt };
}

function timeOf(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}
