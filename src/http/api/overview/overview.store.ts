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

/** What a day's tasks did. */
interface DayRow {
  readonly day: string;
  readonly created: number;
  readonly updated: number;
  readonly removed: number;
  readonly tasks: number;
  readonly failedTasks: number;
}

/** Sums up the tasks that finished on each of the last days (UTC), from their counts; dry runs changed nothing. */
export function listDays(tx: Tx, days: number): Promise<DayRow[]> {
  return tx.$queryRaw<DayRow[]>`
    WITH span AS (
      SELECT (now() AT TIME ZONE 'UTC')::date - ${days - 1}::int AS first, (now() AT TIME ZONE 'UTC')::date AS last
    ), finished AS MATERIALIZED (
      SELECT (t.finished_at AT TIME ZONE 'UTC')::date AS day, t.status, t.counts
      FROM sync_tasks t, span
      WHERE t.finished_at >= span.first::timestamp AT TIME ZONE 'UTC' AND NOT t.dry_run
    ), changed AS (
      SELECT f.day,
             sum(COALESCE((kind->>'created')::int, 0) + COALESCE((kind->>'linked')::int, 0) + COALESCE((kind->>'restored')::int, 0))::int AS created,
             sum(COALESCE((kind->>'updated')::int, 0))::int AS updated,
             sum(COALESCE((kind->>'removed')::int, 0))::int AS removed
      FROM finished f CROSS JOIN LATERAL jsonb_each(f.counts) AS counted(name, kind)
      GROUP BY f.day
    ), ended AS (
      SELECT day, count(*)::int AS tasks, count(*) FILTER (WHERE status = 'failed')::int AS failed
      FROM finished GROUP BY day
    )
    SELECT to_char(d.day, 'YYYY-MM-DD') AS day, COALESCE(c.created, 0) AS created, COALESCE(c.updated, 0) AS updated,
           COALESCE(c.removed, 0) AS removed, COALESCE(e.tasks, 0) AS tasks, COALESCE(e.failed, 0) AS "failedTasks"
    FROM span CROSS JOIN LATERAL generate_series(span.first, span.last, interval '1 day') AS d(day)
    LEFT JOIN changed c ON c.day = d.day::date
    LEFT JOIN ended e ON e.day = d.day::date
    ORDER BY d.day`;
}

/** Counts what the targets hold. */
export async function countTargets(
  tx: Tx,
): Promise<{ readonly users: { readonly active: number; readonly inactive: number }; readonly departments: number }> {
  const [row] = await tx.$queryRaw<{ active: number; inactive: number; departments: number }[]>`
    SELECT count(*) FILTER (WHERE active)::int AS active, count(*) FILTER (WHERE NOT active)::int AS inactive,
           (SELECT count(*)::int FROM departments WHERE removed_at IS NULL) AS departments
    FROM users`;
  const { active = 0, inactive = 0, departments = 0 } = row ?? {};
  return { users: { active, inactive }, departments };
}
