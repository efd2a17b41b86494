import { CronExpressionParser } from 'cron-parser';
import { readCron } from './cron.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
/** A slot that was missed for longer is not run later. */
const OLDEST_MS = 24 * HOUR;
/** More than any clock change. */
const MARGIN_MS = 3 * HOUR;

/** The schedule of a source. */
export interface Slots {
  /** See `readCron`. */
  readonly cron: string;
  /** IANA name. */
  readonly timezone: string;
}

/**
 * The latest slot that is due: after `after`, not after `now`, not older than 24 h; null when there is none.
 * Of several that were missed, only the latest one runs.
 *
 * When clocks change, a time of day that is skipped runs later by as much as the clocks go forward, and one that is
 * repeated runs only the first time; but slots of every hour (`*` as the hour) run in each hour that passes.
 *
 * @throws Error for a cron text that `readCron` refuses, RangeError for an unknown time zone.
 */
export function latestDueSlot(slots: Slots, { after, now }: { after: Date; now: Date }): Date | null {
  const to = now.getTime();
  const from = Math.max(after.getTime(), to - OLDEST_MS);
  const offsets = offsetsAround(from, to, slots.timezone);
  const previous = walk(slots.cron, to + Math.max(...offsets) + SECOND, 'prev');
  let best: number | null = null;
  for (let wall = previous(); wall !== null && wall > (best ?? from) + Math.min(...offsets); wall = previous()) {
    for (const moment of momentsOf(wall, slots, offsets)) {
      if (moment > from && moment <= to && moment > (best ?? from)) best = moment;
    }
  }
  return best === null ? null : new Date(best);
}

/**
 * The first slot after a moment: the one that `latestDueSlot` finds when it comes. Null for a schedule without one.
 *
 * @throws as `latestDueSlot`.
 */
export function nextSlot(slots: Slots, after: Date): Date | null {
  const from = after.getTime();
  const next = walk(slots.cron, from + Math.min(...offsetsAround(from, from, slots.timezone)) - SECOND, 'next');
  let best: number | null = null;
  for (let wall = next(); wall !== null; wall = next()) {
    const near = wall - offsetMs(wall, slots.timezone);
    const offsets = offsetsAround(near, near, slots.timezone);
    // A time of day that clocks skip runs later than some that follow it, so the search continues for a while.
    if (best !== null && wall - Math.max(...offsets) > best) break;
    for (const moment of momentsOf(wall, slots, offsets)) {
      if (moment > from && (best === null || moment < best)) best = moment;
    }
  }
  return best === null ? null : new Date(best);
}

/** How much clocks are ahead of UTC before and after a time span that may contain a clock change. */
type Offsets = readonly [before: number, after: number];

function offsetsAround(from: number, to: number, timezone: string): Offsets {
  return [offsetMs(from - MARGIN_MS, timezone), offsetMs(to + MARGIN_MS, timezone)];
}

/** The moments at which clocks show a time of day near a change: one, none (then the one it moves to) or two. */
function momentsOf(wall: number, { cron, timezone }: Slots, [before, after]: Offsets): readonly number[] {
  const [early, late] = [wall - before, wall - after];
  if (early === late) return [early];
  const isEarly = offsetMs(early, timezone) === before;
  const isLate = offsetMs(late, timezone) === after;
  if (isEarly && isLate) return isEachHour(cron) ? [early, late] : [early];
  return isLate ? [late] : [early];
}

function isEachHour(cron: string): boolean {
  return cron.trim().split(/\s+/)[1]?.startsWith('*') ?? false;
}

/**
 * Returns the slots before or after a time of day, in order. All days have 24 hours here, as in UTC, because
 * cron-parser misses slots when clocks change by half an hour.
 */
function walk(text: string, wall: number, direction: 'prev' | 'next'): () => number | null {
  const verdict = readCron(text);
  if (!verdict.ok) throw new Error(verdict.message);
  const currentDate = new Date(Math.floor(wall / SECOND) * SECOND);
  const slots = CronExpressionParser.parse(verdict.plain, { currentDate, tz: 'UTC' });
  return () => {
    try {
      return slots[direction]().getTime();
    } catch {
      // cron-parser stops after a number of steps: there is no slot near.
      return null;
    }
  };
}

/** A cache, because creating one takes longer than all other work of a tick. */
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * How much the clocks of a time zone are ahead of UTC at a moment, in ms; negative in the west.
 *
 * @throws RangeError for an unknown time zone.
 */
function offsetMs(at: number, timezone: string): number {
  const parts = formatOf(timezone).formatToParts(at);
  const text = parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = /([+-])(\d+):?(\d+)?:?(\d+)?/.exec(text) ?? [];
  const size = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
  return sign === '-' ? -size : size;
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' });
  formats.set(timezone, made);
  return made;
}
