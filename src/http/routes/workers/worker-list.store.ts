import type { Tx } from '../../../platform/db.js';
import { WORKER_SILENT_MS } from '../../../tasks/lease.js';

/** A worker process as it told of itself. */
export interface WorkerRow {
  readonly name: string;
  readonly startedAt: Date;
  readonly seenAt: Date;
  readonly concurrency: number;
  readonly running: number;
  readonly alive: boolean;
}

/** The workers that live, then those that died without a word in the last day. */
export function listWorkers(tx: Tx): Promise<WorkerRow[]> {
  return tx.$queryRaw<WorkerRow[]>`
    SELECT name, started_at AS "startedAt", seen_at AS "seenAt", concurrency, running,
      seen_at > now() - ${WORKER_SILENT_MS} * interval '1 millisecond' AS alive
    FROM workers
    ORDER BY alive DESC, name
    LIMIT 1000`;
}

/** How many workers live. */
export async function countWorkersAlive(tx: Tx): Promise<number> {
  const rows = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM workers
    WHERE seen_at > now() - ${WORKER_SILENT_MS} * interval '1 millisecond'`;
  return rows[0]?.count ?? 0;
}
