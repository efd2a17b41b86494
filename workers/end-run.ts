import type { TaskEnd } from '../src/pipeline/run-context.js';
import type { Claim } from '../src/tasks/life/claim-task.store.js';
import { countFenced, countSkips } from '../src/tasks/fleet/counters.store.js';
import { delayTask, failTask, restartWithFull } from '../src/tasks/life/delay-task.store.js';
import { endCancelledTask, releaseTask } from '../src/tasks/life/end-task.store.js';
import type { RequestSyncDeps } from '../src/tasks/life/task.js';
import type { JobEnd } from './define-worker.js';
import type { RunVerdict } from './run-errors.js';

/** How a run came to its end, or didn't. */
export type RunEnd = { readonly type: 'ended'; readonly status: TaskEnd } | RunVerdict;

/** Moves the task as its run's end asks for, and says what becomes of the job. */
export async function endRun(deps: RequestSyncDeps, claim: Claim, end: RunEnd): Promise<JobEnd> {
  const { taskId, fence } = claim;
  switch (end.type) {
    case 'ended':
      if (!claim.dryRun) await countSkips(deps.db.prisma, taskId);
      return done(end.status);
    case 'fenced':
      return fenced(deps, taskId);
    case 'cancelled':
      if (!(await endCancelledTask(deps, { taskId, fence }))) return fenced(deps, taskId);
      return done('cancelled');
    case 'shutdown':
      await releaseTask(deps, { taskId, fence });
      return done('released: the worker shuts down');
    case 'transient':
      return delay(deps, claim, end);
    case 'failed':
      return fail(deps, claim, end);
    default:
      return end satisfies never;
  }
}

type Broken = Extract<RunVerdict, { readonly type: 'transient' | 'failed' }>;

async function delay(
  deps: RequestSyncDeps,
  { taskId, fence }: Claim,
  { code, message, afterMs }: Broken,
): Promise<JobEnd> {
  const answer = await delayTask(deps, { taskId, fence, code, message, afterMs });
  switch (answer.status) {
    case 'queued':
      return { type: 'delayed', delayMs: answer.delayMs };
    case 'failed':
      return { type: 'failed', code: answer.code, message: answer.message };
    case 'fenced':
      return fenced(deps, taskId);
    default:
      return answer satisfies never;
  }
}

async function fail(deps: RequestSyncDeps, claim: Claim, { code, message }: Broken): Promise<JobEnd> {
  const { taskId, fence } = claim;
  if (!(await failTask(deps, { taskId, fence, code, message }))) return fenced(deps, taskId);
  // A dry run forgets no cursor and starts no sync (R35); the next delta finds the cursor expired itself.
  if (code === 'cursor_expired' && !claim.dryRun) await restartWithFull(deps, claim);
  return { type: 'failed', code, message };
}

/** A late worker: nothing of it was written, and that is counted. */
async function fenced({ db }: RequestSyncDeps, taskId: string): Promise<JobEnd> {
  await countFenced(db.prisma, taskId);
  return done('another worker has taken over');
}

function done(status: string): JobEnd {
  return { type: 'done', result: { status } };
}
