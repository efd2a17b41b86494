import type { Tx } from '../platform/db.js';

/** When a source syncs by itself, and when it last did. */
export interface Schedule {
  readonly sourceId: string;
  readonly type: string;
  readonly fullCron: string | null;
  readonly deltaCron: string | null;
  readonly timezone: string;
  /** Slots before this are none of it: the source was made or changed then. */
  readonly since: Date;
  readonly lastFull: Date | null;
  readonly lastDelta: Date | null;
}

/**
 * The schedules of the enabled sources.
 *
 * A change of a source may fall between a slot and the tick that sees it: two minutes of grace keep that slot.
 */
export function listSchedules(tx: Tx): Promise<Schedule[]> {
  return tx.$queryRaw<Schedule[]>`
    SELECT s.id AS "sourceId", s.type, s.full_cron AS "fullCron", s.delta_cron AS "deltaCron", s.timezone,
      GREATEST(s.created_at, s.updated_at - interval '2 minutes') AS since,
      (SELECT max(t.scheduled_for) FROM sync_tasks t WHERE t.source_id = s.id AND t.mode = 'full') AS "lastFull",
      (SELECT max(t.scheduled_for) FROM sync_tasks t WHERE t.source_id = s.id AND t.mode = 'delta') AS "lastDelta"
    FROM sources s
    WHERE s.enabled AND (s.full_cron IS NOT NULL OR s.delta_cron IS NOT NULL)
    ORDER BY s.id`;
}
