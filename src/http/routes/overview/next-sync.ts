import { CronExpressionParser } from 'cron-parser';
import type { TaskMode } from '../../../domain/task.js';

/** When a source syncs, as it is stored. */
export interface StoredSchedule {
  readonly enabled: boolean;
  readonly fullCron: string | null;
  readonly deltaCron: string | null;
  readonly timezone: string;
}

/** The next slot of a source's schedule after `now`; null when disabled or without one. A full sync goes first. */
export function nextSync(schedule: StoredSchedule, now: Date): { readonly at: string; readonly mode: TaskMode } | null {
  if (!schedule.enabled) return null;
  const full = nextSlot(schedule.fullCron, schedule.timezone, now);
  const delta = nextSlot(schedule.deltaCron, schedule.timezone, now);
  if (full && (!delta || full <= delta)) return { at: full.toISOString(), mode: 'full' };
  return delta && { at: delta.toISOString(), mode: 'delta' };
}

function nextSlot(cron: string | null, tz: string, now: Date): Date | null {
  if (cron === null) return null;
  try {
    return CronExpressionParser.parse(cron, { tz, currentDate: now }).next().toDate();
  } catch {
    // A rule without a next time (30 February) has no slot; the text itself was checked when it was stored.
    return null;
  }
}
