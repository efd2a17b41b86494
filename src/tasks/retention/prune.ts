import { inTransaction, type Tx } from '../../platform/db.js';
import { forgetOldReads, prunePushes, pruneStagedProblems, pruneStagedRecords } from './prune-inbox.store.js';
import {
  pruneChanges,
  pruneSessions,
  pruneSignInFailures,
  pruneSources,
  pruneTasks,
  pruneWorkers,
} from './prune-rows.store.js';
import type { TaskDeps } from '../life/task.js';

/** Options of a prune. */
export interface PruneOptions {
  /** Maximum number of rows of one statement; default 5,000. */
  readonly batchRows?: number;
  /** No statement begins after this time; the next prune deletes the rest. Default 5 s. */
  readonly budgetMs?: number;
}

type Rule = (tx: Tx, limit: number) => Promise<number>;

/** The names of the rows of each rule in the log. Reads must be forgotten before their staged rows are deleted. */
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
 * Deletes rows older than the times in `RETENTION`, in batches. Any number of processes may prune at once: each skips
 * rows that others have locked.
 *
 * @throws Error when the database cannot be reached; the next prune starts again.
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

/** Runs one batch of each rule in turn, so that a long backlog of one does not delay the others. */
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
