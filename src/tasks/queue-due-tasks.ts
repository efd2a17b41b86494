import type { ReadMode } from '../domain/task.js';
import { type Slots, latestDueSlot } from './latest-due-slot.js';
import { queueTask } from './queue-task.js';
import { listSchedules, type Schedule } from './schedule.store.js';
import type { RequestSyncDeps } from './task-deps.js';

/**
 * Queues a task for each slot of a schedule that is due: one a source, mode and slot, whatever the number of
 * processes that tick. A missed slot is made up for once.
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

/** One unreadable schedule must not keep the others from running. */
function dueSlot(
  { logger }: RequestSyncDeps,
  { sourceId, ...slots }: Slots & { readonly sourceId: string },
  between: { readonly after: Date; readonly now: Date },
): Date | null {
  try {
    return latestDueSlot(slots, between);
  } catch (error) {
    logger.error('schedule unreadable', { sourceId, cause: String(error) });
    return null;
  }
}
