import type { Tx } from '../../../platform/db.js';
import { WORKER_SILENT_MS } from '../../../tasks/life/lease.js';

/** A worker process as it reported itself. */
export interface WorkerRow {
  readonly name: string;
  readonly startedAt: Date;
  readonly seenAt: Date;
  readonly concurrency: number;
  readonly running: number;
  readonly alive: boolean;
  readonly streams: readonly HeldStreamRow[];
}

/** A connection for a source's events, as its worker reported it; times are ISO texts. */
interface HeldStreamRow {
  readonly source: string;
  readonly connectedAt: string | null;
  readonly lastEventAt: string | null;
  readonly problem: string | null;
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';

/** The workers that live, then those that died without a word in the last day. */
export function listWorkers(tx: Tx): Promise<WorkerRow[]> {
  return tx.$queryRaw<WorkerRow[]>`
    SELECT name, started_at AS "startedAt", seen_at AS "seenAt", concurrency, running,
      seen_at > now() - ${WORKER_SILENT_MS} * interval '1 millisecond' AS alive,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('source', s.name, 'problem', l.problem,
          'connectedAt', to_char(l.connected_at AT TIME ZONE 'UTC', ${ISO}),
          'lastEventAt', to_char(l.last_event_at AT TIME ZONE 'UTC', ${ISO})) ORDER BY s.name), '[]')
        FROM stream_leases l JOIN sources s ON s.id = l.source_id
        WHERE l.holder = workers.name) AS streams
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
