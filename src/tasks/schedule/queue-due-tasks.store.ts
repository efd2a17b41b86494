import { latestDueSlot, type Slots } from '../../domain/schedule-slots.js';
import type { ReadMode } from '../../domain/task.js';
import { queueTask } from '../life/queue-task.store.js';
import type { RequestSyncDeps } from '../life/task.js';
import type { Tx } from '../../platform/db.js';

/**
 * Queues a task for each due slot of a schedule: one per source, mode and slot, for any number of processes that call
 * it. Of missed slots, one task is queued.
 */
export async function queueDueTasks(deps: RequestSyncDeps, now: Date): Promise<void> {
  for (const schedule of await listSchedules(deps.db.prisma)) {
    await queueSlot(deps, { schedule, mode: 'full', cron: schedule.fullCron, last: schedule.lastFull, now });
    await queueSlot(deps, { schedule, mode: 'delta', cron: schedule.deltaCron, last: schedule.lastDelta, now });
  }
}

interface Tick {
  readonly schedule: Schedule;
  readonly mode: ReadMode;
  readonly cron: string | null;
  readonly last: Date | null;
  readonly now: Date;
}

async function queueSlot(deps: RequestSyncDeps, { schedule, mode, cron, last, now }: Tick): Promise<void> {
  if (cron === null || !deps.supportedModes(schedule.type).includes(mode)) return;
  const after = last !== null && last > schedule.since ? last : schedule.since;
  const slot = dueSlot(deps, { cron, timezone: schedule.timezone, sourceId: schedule.sourceId }, { after, now });
  if (slot === null) return;
  const { sourceId } = schedule;
  await queueTask(deps, { sourceId, mode, dryRun: false, trigger: 'schedule', requestedBy: null, scheduledFor: slot });
}

/** An unreadable schedule must not prevent the others from running. */
function dueSlot(
  { logger }: RequestSyncDeps,
  { sourceId, ...slots }: Slots & { readonly sourceId: string },
  between: { readonly after: Date; readonly now: Date },
): Date | null {
  try {
    return latestDueSlot(slots, between);
  } catch (error) {
    logger.error('schedule not valid', { sourceId, cause: String(error) });
    return null;
  }
}

/** The schedule of a source, and the time of its last scheduled sync. */
interface Schedule {
  readonly sourceId: string;
  readonly type: string;
  readonly fullCron: string | null;
  readonly deltaCron: string | null;
  readonly timezone: string;
  /** Slots before this time do not count: the source was created or changed then. */
  readonly since: Date;
  readonly lastFull: Date | null;
  readonly lastDelta: Date | null;
}

/**
 * The schedules of the enabled sources.
 *
 * If a source is changed between a slot and the call that finds it, the slot still counts for two minutes.
 */
function listSchedules(tx: Tx): Promise<Schedule[]> {
  return tx.$queryRaw<Schedule[]>`
    SELECT s.id AS "sourceId", s.type, s.full_cron AS "fullCron", s.delta_cron AS "deltaCron", s.timezone,
      GREATEST(s.created_at, s.updated_at - interval '2 minutes') AS since,
      (SELECT max(t.scheduled_for) FROM sync_tasks t WHERE t.source_id = s.id AND t.mode = 'full') AS "lastFull",
      (SELECT max(t.scheduled_for) FROM sync_tasks t WHERE t.source_id = s.id AND t.mode = 'delta') AS "lastDelta"
    FROM sources s
    WHERE s.enabled AND (s.full_cron IS NOT NULL OR s.delta_cron IS NOT NULL)
    ORDER BY s.id`;
}
