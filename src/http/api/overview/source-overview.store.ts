import { MANUAL_SOURCE } from '../../../domain/manual-source.js';
import type { Tx } from '../../../platform/db.js';
import type { TaskCounts, TaskMode, TaskPhase, TaskStatus } from '../../../domain/task.js';

/** A task in a few words: one bar of a spark line. */
export interface RecentTaskRow {
  readonly sourceId: string;
  readonly id: string;
  readonly status: TaskStatus;
  readonly mode: TaskMode;
  readonly dryRun: boolean;
  readonly phase: TaskPhase | null;
  readonly done: number;
  readonly total: number | null;
  readonly counts: TaskCounts;
  readonly queuedAt: Date;
  readonly finishedAt: Date | null;
  readonly costMs: number | null;
}

/** The newest tasks of each source, the newest first: one statement for a page of sources. */
export function listRecentTasks(tx: Tx, sourceIds: readonly string[], each: number): Promise<RecentTaskRow[]> {
  return tx.$queryRaw<RecentTaskRow[]>`
    SELECT s.id AS "sourceId", recent.*
    FROM unnest(${[...sourceIds]}::uuid[]) AS s(id)
    CROSS JOIN LATERAL (
      SELECT t.id, t.status, t.mode, t.dry_run AS "dryRun", t.phase, t.done, t.total, t.counts,
             t.queued_at AS "queuedAt", t.finished_at AS "finishedAt", t.cost_ms AS "costMs"
      FROM sync_tasks t WHERE t.source_id = s.id
      ORDER BY t.id DESC LIMIT ${each}
    ) recent
    ORDER BY s.id, recent.id DESC`;
}

/** The held task of each source that has one, however old it is. */
export async function findHeldTasks(tx: Tx, sourceIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.$queryRaw<{ sourceId: string; id: string }[]>`
    SELECT t.source_id AS "sourceId", max(t.id::text) AS id
    FROM sync_tasks t WHERE t.status = 'held' AND t.source_id = ANY(${[...sourceIds]}::uuid[])
    GROUP BY t.source_id`;
  return new Map(rows.map(({ sourceId, id }) => [sourceId, id]));
}

/** How many rows each source links, by kind; null = of every source. */
export function countLinks(
  tx: Tx,
  onlyId: string | null,
): Promise<{ readonly source: string; readonly kind: string; readonly count: number }[]> {
  return tx.$queryRaw`
    SELECT s.name AS source, linked.kind, linked.count
    FROM (
      SELECT source_id, kind, count(*)::int AS count
      FROM known_records
      WHERE removed_at IS NULL AND source_id <> ${MANUAL_SOURCE.id}::uuid AND (${onlyId}::uuid IS NULL OR source_id = ${onlyId}::uuid)
      GROUP BY source_id, kind
    ) linked
    JOIN sources s ON s.id = linked.source_id
    ORDER BY s.name, linked.kind`;
}
