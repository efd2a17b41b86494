import { prune } from '../src/tasks/retention/prune.js';
import { queueDueTasks } from '../src/tasks/schedule/queue-due-tasks.store.js';
import { sweep, type SweepOptions } from '../src/tasks/fleet/sweep.js';
import type { RequestSyncDeps, TaskDeps } from '../src/tasks/life/task.js';
import { logErrors, repeat } from './repeat.js';
import { endPresence, keepPresence, type WorkerPresence } from '../src/tasks/fleet/worker-leases.store.js';

/** How often maintenance looks. */
export interface MaintenanceOptions extends SweepOptions {
  /** For schedules and lost rings. Default 5 s; up to a fifth more, so that many processes don't look at once. */
  readonly everyMs?: number;
  /** For rows that are too old. Default 5 min; up to a fifth more. */
  readonly pruneEveryMs?: number;
}

/**
 * Keeps an eye on schedules, lost rings and old rows by plain timers, in every worker process: any number of them may
 * look, the database lets only one win.
 *
 * @returns what ends it; answers when nothing is under way any more.
 */
export function startMaintenance(deps: RequestSyncDeps, options: MaintenanceOptions = {}): () => Promise<void> {
  const { everyMs = 5_000, pruneEveryMs = 300_000 } = options;
  const ends = [
    repeat(everyMs, async () => {
      await logErrors(deps.logger, 'schedule', () => queueDueTasks(deps, new Date()));
      await logErrors(deps.logger, 'sweep', () => sweep(deps, options));
    }),
    repeat(pruneEveryMs, () => logErrors(deps.logger, 'prune', () => prune(deps))),
  ];
  return async () => {
    await Promise.all(ends.map((end) => end()));
  };
}

/** A third of the time after which a worker counts as silent. */
const EVERY_MS = 10_000;

/**
 * Tells every 10 s that this worker lives and what it does; the API shows it.
 *
 * @returns what ends it; answers when the worker's row is gone.
 */
export function startPresence({ db, logger }: TaskDeps, tell: () => WorkerPresence): () => Promise<void> {
  const end = repeat(EVERY_MS, () => logErrors(logger, 'presence', () => keepPresence(db.prisma, tell())));
  return async () => {
    await end();
    await logErrors(logger, 'presence', () => endPresence(db.prisma, tell().name));
  };
}
