import { inTransaction } from '../../platform/db.js';
import type { RunContext } from '../run-context.js';
import { countTask } from './counts.store.js';

/**
 * Leaves what was applied of a task that is cancelled or fails in its counts (R43). Runs when the signal is aborted
 * already; a late worker's fence finds no row. Never throws: the error that ends the task matters more.
 */
export async function keepCounts(context: RunContext): Promise<void> {
  const { db, run, logger } = context;
  try {
    await inTransaction(db, async (tx) => {
      const counts = await countTask(tx, context, 'applied');
      await tx.$executeRaw`
        UPDATE sync_tasks SET counts = ${JSON.stringify(counts)}::jsonb
        WHERE id = ${run.taskId}::uuid AND fence = ${run.fence}`;
    });
  } catch (cause) {
    logger.warn('counts not kept', { taskId: run.taskId, cause: String(cause) });
  }
}
