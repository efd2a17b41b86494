import { MANUAL_SOURCE } from '../../../domain/manual-source.js';
import type { Tx } from '../../../platform/db.js';
import { STARTABLE } from '../../../tasks/life/startable-tasks.store.js';
import { countWorkersAlive } from '../workers/worker-list.store.js';

/** An enabled source, as metrics tell of it. */
export interface SourceFact {
  readonly name: string;
  readonly type: string;
  /** It syncs in full by itself. */
  readonly scheduled: boolean;
  /** Seconds since the last complete sync ended; null = never. */
  readonly completeAge: number | null;
  /** Seconds since the source was made. */
  readonly age: number;
  /** Its newest task that ended by itself, dry runs aside, failed. */
  readonly failing: boolean;
}

/** What metrics tell of the database. */
export interface Facts {
  readonly tasks: ReadonlyMap<string, number>;
  readonly sources: readonly SourceFact[];
  /** Seconds that the oldest task has waited which a worker could begin; 0 = none waits. */
  readonly oldestWaiting: number;
  readonly workersAlive: number;
  /** What is counted for good, by name (`COUNTERS`). */
  readonly counters: ReadonlyMap<string, number>;
}

/** Reads what metrics tell: five statements that indexes answer, whatever the number of records. */
export async function readFacts(tx: Tx): Promise<Facts> {
  const [tasks, sources, oldestWaiting, workersAlive, counters] = await Promise.all([
    countTasks(tx),
    readSources(tx),
    readOldestWaiting(tx),
    countWorkersAlive(tx),
    readCounters(tx),
  ]);
  return { tasks, sources, oldestWaiting, workersAlive, counters };
}

function readSources(tx: Tx): Promise<SourceFact[]> {
  return tx.$queryRaw<SourceFact[]>`
    SELECT s.name, s.type, s.full_cron IS NOT NULL AS scheduled,
      EXTRACT(EPOCH FROM now() - s.last_complete_at)::float8 AS "completeAge",
      EXTRACT(EPOCH FROM now() - s.created_at)::float8 AS age,
      COALESCE(newest.status = 'failed', false) AS failing
    FROM sources s
    LEFT JOIN LATERAL (
      SELECT t.status FROM sync_tasks t
      WHERE t.source_id = s.id AND t.status IN ('succeeded', 'partial', 'failed') AND NOT t.dry_run
      ORDER BY t.id DESC LIMIT 1
    ) newest ON true
    WHERE s.enabled AND s.id <> ${MANUAL_SOURCE.id}::uuid
    ORDER BY s.name`;
}

async function readOldestWaiting(tx: Tx): Promise<number> {
  const rows = await tx.$queryRaw<{ seconds: number | null }[]>`
    SELECT EXTRACT(EPOCH FROM now() - min(GREATEST(t.queued_at, t.not_before)))::float8 AS seconds
    FROM sync_tasks t JOIN sources s ON s.id = t.source_id
    WHERE t.status = 'queued' AND ${STARTABLE}`;
  return Math.max(0, rows[0]?.seconds ?? 0);
}

async function readCounters(tx: Tx): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.$queryRaw<{ name: string; value: number }[]>`
    SELECT name, value::float8 AS value FROM counters`;
  return new Map(rows.map(({ name, value }) => [name, value]));
}

/** How many tasks have each status; statuses that none has are left out. */
export async function countTasks(tx: Tx): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.$queryRaw<{ status: string; count: number }[]>`
    SELECT status, count(*)::int AS count FROM sync_tasks GROUP BY status`;
  return new Map(rows.map(({ status, count }) => [status, count]));
}

/** Whether the database answers. @throws Error when it doesn't. */
export async function pingDatabase(tx: Tx): Promise<void> {
  await tx.$queryRaw`SELECT 1`;
}
