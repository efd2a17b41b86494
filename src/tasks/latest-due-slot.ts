import { CronExpressionParser } from 'cron-parser';
import { offsetMs } from './offset-ms.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
/** A slot that was missed for longer is not made up for. */
const OLDEST_MS = 24 * HOUR;
/** Clocks change by less. */
const MARGIN_MS = 3 * HOUR;

/** When a source syncs by itself. */
export interface Slots {
  readonly cron: string;
  /** IANA name. */
  readonly timezone: string;
}

/**
 * The latest slot that is due: after `after`, not after `now`, not older than 24 h; null when there is none.
 * Of several that were missed, only the latest one runs.
 *
 * Where clocks change, a time of day that is left out runs as much later as the clocks go forward, and one that is
 * repeated runs the first time only; but slots of every hour (`*` in the hour's place) run in each hour that passes.
 *
 * @throws Error for a cron text or time zone that nobody can read.
 */
export function latestDueSlot(slots: Slots, { after, now }: { after: Date; now: Date }): Date | null {
  const to = now.getTime();
  const from = Math.max(after.getTime(), to - OLDEST_MS);
  const offsets = [offsetMs(from - MARGIN_MS, slots.timezone), offsetMs(to + MARGIN_MS, slots.timezone)] as const;
  const slot =
    offsets[0] === offsets[1] ? lastInPeace(slots, to, offsets[0]) : lastAtChange(slots, { from, to, offsets });
  return slot !== null && slot > from && slot <= to ? new Date(slot) : null;
}

/** No clock changes anywhere near: the time of day says it all. */
function lastInPeace({ cron }: Slots, to: number, offset: number): number {
  return walkBack(cron, to + offset)() - offset;
}

interface Change {
  readonly from: number;
  readonly to: number;
  /** Before and after the change. */
  readonly offsets: readonly [number, number];
}

/** Looks at the times of day that may stand for a moment between `from` and `to`, the latest first. */
function lastAtChange(slots: Slots, { from, to, offsets }: Change): number | null {
  const [least, most] = [Math.min(...offsets), Math.max(...offsets)];
  const previous = walkBack(slots.cron, to + most);
  let best: number | null = null;
  for (let wall = previous(); wall > (best ?? from) + least; wall = previous()) {
    for (const moment of momentsOf(wall, slots, offsets)) {
      if (moment > from && moment <= to && moment > (best ?? from)) best = moment;
    }
  }
  return best;
}

/** The moments at which clocks show a time of day around a change: one, none (then the one it moves to) or two. */
function momentsOf(wall: number, { cron, timezone }: Slots, [before, after]: Change['offsets']): readonly number[] {
  const [early, late] = [wall - before, wall - after];
  const isEarly = offsetMs(early, timezone) === before;
  const isLate = offsetMs(late, timezone) === after;
  if (isEarly && isLate) return isEachHour(cron) ? [early, late] : [early];
  return isLate ? [late] : [early];
}

function isEachHour(cron: string): boolean {
  if (cron.startsWith('@')) return /^@(hourly|minutely|secondly)/.test(cron);
  const fields = cron.trim().split(/\s+/);
  return fields.at(-4)?.startsWith('*') ?? false;
}

/**
 * Gives the slots up to a time of day, the latest first. Days here have 24 hours each, like those of UTC: what real
 * clocks do is none of cron-parser's business (it loses itself where they change by half an hour).
 */
function walkBack(cron: string, wall: number): () => number {
  const currentDate = new Date(Math.floor(wall / SECOND) * SECOND + SECOND);
  const slots = CronExpressionParser.parse(cron, { currentDate, tz: 'UTC' });
  return () => slots.prev().getTime();
}
