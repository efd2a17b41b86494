import { RequestError } from '../src/domain/errors.js';
import type { TaskEnd, TaskRun } from '../src/pipeline/run-context.js';
import type { Logger } from '../src/platform/logger.js';
import { type Claim, type ClaimAnswer, claimTask } from '../src/tasks/life/claim-task.store.js';
import { auditIgnoredJob } from '../src/tasks/life/audit-ignored-job.js';
import { startHeartbeat } from '../src/tasks/life/heartbeat.store.js';
import { retryTask } from '../src/tasks/life/retry-task.store.js';
import { ringNextTask } from '../src/tasks/life/ring-next-task.js';
import type { RequestSyncDeps } from '../src/tasks/life/task.js';
import type { JobEnd, RungJob } from './define-worker.js';
import { endRun, type RunEnd } from './end-run.js';
import { jobReporter } from './job-reporter.js';
import { classifyRunError, retryWhileDatabaseDown } from './run-errors.js';
import { type EndedPhase, watchPhases } from './watch-phases.js';

/** What the worker of tasks needs. */
export interface SyncWorkerDeps extends RequestSyncDeps {
  /** The pipeline. */
  readonly runTask: (run: TaskRun) => Promise<TaskEnd>;
  /** This process, in the task's row and the log. */
  readonly workerName: string;
  /** Aborted with ShutdownError when the process goes down. */
  readonly stopping: AbortSignal;
  /** Called when a task begins. */
  readonly onClaim?: () => void;
  /** Called when a phase of a run ends. */
  readonly onPhase?: (taskId: string, ended: EndedPhase) => void;
  /** Default 5 s. */
  readonly heartbeatMs?: number | undefined;
}

/**
 * Works on a task that was rung for: claims it, runs it, and moves it as the run's end asks for.
 *
 * A ring has no authority: for a task that needs no work it does nothing.
 */
export async function workOnTask(deps: SyncWorkerDeps, job: RungJob): Promise<JobEnd> {
  const answer = await claim(deps, job);
  if (!answer.claimed) return ignore(deps, job, answer);
  deps.onClaim?.();
  const logger = loggerOf(deps, answer.claim);
  const startedAt = Date.now();
  logger.info('task began', { mode: answer.claim.mode, dryRun: answer.claim.dryRun });
  const runEnd = await run(deps, { claim: answer.claim, job, logger });
  const jobEnd = await retryWhileDatabaseDown(() => endRun(deps, answer.claim, runEnd));
  logger.info('task ended', { ...summary(runEnd), job: jobEnd.type, durationMs: Date.now() - startedAt });
  await ringNext(deps, answer.claim.sourceId);
  return jobEnd;
}

/** A person's retry of this very job in Bull Board resumes the task (R42). */
async function claim(deps: SyncWorkerDeps, { taskId, isRetried }: RungJob): Promise<ClaimAnswer> {
  const wanted = { taskId, worker: deps.workerName };
  const answer = await claimTask(deps, wanted);
  const isRetryable = !answer.claimed && answer.reason === 'ended' && answer.status !== 'succeeded';
  if (!isRetried || !isRetryable || answer.status === undefined) return answer;
  return (await retry(deps, taskId)) ? claimTask(deps, wanted) : answer;
}

/** @returns false when there is nothing to retry here: another task does it, or it is refused. */
async function retry(deps: SyncWorkerDeps, taskId: string): Promise<boolean> {
  try {
    return !(await retryTask(deps, { taskId, requestedBy: 'bull-board', ring: false })).joined;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    deps.logger.warn('retry refused', { taskId, code: error.code });
    return false;
  }
}

/** The end of a task must not look like a failure because the next one can't be rung for: the sweeper does it then. */
async function ringNext(deps: SyncWorkerDeps, sourceId: string): Promise<void> {
  if (deps.stopping.aborted) return;
  try {
    await ringNextTask(deps, sourceId);
  } catch (error) {
    deps.logger.warn('next job not added; the sweeper adds it', { sourceId, cause: String(error) });
  }
}

async function ignore(
  deps: SyncWorkerDeps,
  job: RungJob,
  answer: ClaimAnswer & { readonly claimed: false },
): Promise<JobEnd> {
  if (answer.reason === 'gone') await auditIgnoredJob(deps, job.id, 'names a task that does not exist');
  if (answer.sourceId !== undefined) await ringNext(deps, answer.sourceId);
  const ignored = answer.reason === 'busy' ? 'source is busy; the job is added again later' : answer.reason;
  return { type: 'done', result: { ignored } };
}

async function run(
  deps: SyncWorkerDeps,
  { claim: { taskId, fence }, job, logger }: { readonly claim: Claim; readonly job: RungJob; readonly logger: Logger },
): Promise<RunEnd> {
  const controller = new AbortController();
  const stop = (reason: Error) => controller.abort(reason);
  const endHeartbeat = startHeartbeat(deps, { claim: { taskId, fence }, stop, everyMs: deps.heartbeatMs });
  const signal = AbortSignal.any([controller.signal, deps.stopping]);
  const phases = watchPhases((ended) => deps.onPhase?.(taskId, ended));
  const shown = jobReporter(job);
  const report: TaskRun['report'] = (progress) => {
    phases.report(progress);
    shown.report(progress);
  };
  try {
    return { type: 'ended', status: await deps.runTask({ taskId, fence, signal, report }) };
  } catch (error) {
    const verdict = classifyRunError(error, signal.aborted ? signal.reason : undefined);
    if ('unknown' in verdict) logger.error('task failed unexpectedly', { cause: String(error), stack: stackOf(error) });
    return verdict;
  } finally {
    phases.end();
    shown.end();
    await endHeartbeat();
  }
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}

function loggerOf({ logger, workerName }: SyncWorkerDeps, { taskId, source, attempt }: Claim): Logger {
  return logger.child({ taskId, source, attempt, worker: workerName });
}

function summary(end: RunEnd): Readonly<Record<string, string>> {
  if (end.type === 'ended') return { status: end.status };
  return 'code' in end ? { status: end.type, code: end.code } : { status: end.type };
}
