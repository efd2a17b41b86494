import { inTransaction, type Tx } from '../../platform/db.js';
import { forgetOldReads, prunePushes } from './prune-inbox.store.js';
import { pruneChanges } from './prune-changes.store.js';
import { pruneSessions, pruneSignInFailures } from './prune-access.store.js';
import { pruneSources } from './prune-sources.store.js';
import { pruneStagedProblems, pruneStagedRecords } from './prune-staged.store.js';
import { pruneTasks } from './prune-tasks.store.js';
import { pruneWorkers } from './prune-workers.store.js';
import type { TaskDeps } from '../life/task-deps.js';

/** How a prune works. */
export interface PruneOptions {
  /** Rows of one statement at most; default 5,000. */
  readonly batchRows?: number;
  /** No statement begins after that; what is left waits for the next prune. Default 5 s. */
  readonly budgetMs?: number;
}

type Rule = (tx: Tx, limit: number) => Promise<number>;

/** What each rule's rows are called in the log. Reads must be forgotten before their staged rows go. */
const RULES = {
  forgottenReads: forgetOldReads,
  stagedRecords: pruneStagedRecords,
  stagedProblems: pruneStagedProblems,
  pushes: prunePushes,
  changes: pruneChanges,
  tasks: pruneTasks,
  sources: pruneSources,
  silentWorkers: pruneWorkers,
  sessions: pruneSessions,
  signInFailures: pruneSignInFailures,
} satisfies Record<string, Rule>;

/**
 * Deletes what is older than `RETENTION` says, in batches. Any number of processes may prune at once: each takes what
 * the others have not locked.
 *
 * @throws Error when the database can't be reached; the next prune begins anew.
 */
export async function prune(deps: Pick<TaskDeps, 'db' | 'logger'>, options: PruneOptions = {}): Promise<void> {
  const { batchRows = 5_000, budgetMs = 5_000 } = options;
  const pruned: Record<string, number> = {};
  try {
    await pruneInTurns(deps, { batchRows, until: performance.now() + budgetMs, pruned });
  } finally {
    if (Object.keys(pruned).length > 0) deps.logger.info('old rows pruned', pruned);
  }
}

/** A batch of each rule in turn, so that a long backlog of one doesn't keep the others waiting. */
async function pruneInTurns(
  { db }: Pick<TaskDeps, 'db'>,
  { batchRows, until, pruned }: { batchRows: number; until: number; pruned: Record<string, number> },
): Promise<void> {
  let open: readonly (readonly [string, Rule])[] = Object.entries(RULES);
  while (open.length > 0) {
    const left: (readonly [string, Rule])[] = [];
    for (const [name, rule] of open) {
      if (performance.now() >= until) return;
      const rows = await inTransaction(db, (tx) => rule(tx, batchRows));
      if (rows === 0) continue;
      pruned[name] = (pruned[name] ?? 0) + rows;
      left.push([name, rule]);
    }
    open = left;
  }
}
