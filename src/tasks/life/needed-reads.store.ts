import { ACTIVE_STATUSES } from '../../domain/task.js';
import { Prisma } from '../../platform/db.js';

const UNDER_WAY = ['queued', 'held', ...ACTIVE_STATUSES];
const RETRYABLE = ['partial', 'failed', 'cancelled'];

/**
 * Per source, the oldest read that may still be planned from (`since`), and whether a plan is held (`held`).
 *
 * Such a plan looks at what the tasks saw that read later (R47): without their rows, older words would win over newer
 * ones. An ended task counts while a retry of it goes on with its read, or drains its pushes again in their old order.
 */
export const NEEDED_READS = Prisma.sql`
  SELECT e.source_id, min(e.read_started_at) AS since, bool_or(e.status = 'held') AS held
  FROM sync_tasks e
  WHERE e.status = ANY(${UNDER_WAY}::text[])
     OR (e.status = ANY(${RETRYABLE}::text[])
         AND (e.pulled OR e.checkpoint IS NOT NULL
              OR (SELECT true FROM pushes p WHERE p.task_id = e.id LIMIT 1)))
  GROUP BY e.source_id`;
