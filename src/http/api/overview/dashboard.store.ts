import type { Tx } from '../../../platform/db.js';

/** What a day's tasks did. */
export interface DayRow {
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
