import { ACTIVE_STATUSES } from '../../domain/task.js';
import { Prisma } from '../../platform/db.js';

const UNDER_WAY = ['queued', 'held', ...ACTIVE_STATUSES];
const RETRYABLE = ['partial', 'failed', 'cancelled'];

/**
 * Per source, the oldest read that may still be planned from (`since`), and whether a plan is held (`held`).
 *
 * Such a plan compares its records with those of tasks that read later (R47): without their rows, older records would
 * overwrite newer ones. An ended task counts while a retry can continue its read, or process its pushes again.
 */
export const NEEDED_READS = Prisma.sql`
  SELECT e.source_id, min(e.read_started_at) AS since, bool_or(e.status = 'held') AS held
  FROM sync_tasks e
  WHERE e.status = ANY(${UNDER_WAY}::text[])
     OR (e.status = ANY(${RETRYABLE}::text[])
         AND (e.pulled OR e.checkpoint IS NOT NULL
              OR (SELECT true FROM pushes p WHERE p.task_id = e.id LIMIT 1)))
  GROUP BY e.source_id`;
