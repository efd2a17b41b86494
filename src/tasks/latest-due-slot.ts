import { CronExpressionParser } from 'cron-parser';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Looked at from the nearest, so that a slot every second costs as little as one a night. The last one is the limit (24 h). */
const WINDOWS_MS = [2 * MINUTE, HOUR, 24 * HOUR];

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
 * @throws Error for a cron text or time zone that nobody can read.
 */
export function latestDueSlot({ cron, timezone }: Slots, { after, now }: { after: Date; now: Date }): Date | null {
  for (const windowMs of WINDOWS_MS) {
    const from = Math.max(after.getTime(), now.getTime() - windowMs);
    const slot = lastBetween({ cron, timezone }, from, now.getTime());
    if (slot !== null) return new Date(slot);
    if (from === after.getTime()) return null;
  }
  return null;
}

/** Walks forward: that is the direction in which summer time is kept (cron-parser 5). */
function lastBetween({ cron, timezone }: Slots, from: number, to: number): number | null {
  const begin = walkFrom(from, timezone);
  const slots = CronExpressionParser.parse(cron, { currentDate: new Date(begin), tz: timezone });
  let last: number | null = null;
  for (let slot = slots.next().getTime(); slot <= to; slot = slots.next().getTime()) if (slot > from) last = slot;
  return last;
}

/** A walk that begins inside the hour which a clock change repeats would find 02:30 twice: begin well before it. */
function walkFrom(from: number, timezone: string): number {
  const isNearChange = offsetAt(from - HOUR, timezone) !== offsetAt(from + HOUR, timezone);
  return isNearChange ? from - 3 * HOUR : from;
}

/** Making one takes longer than all the rest of a tick. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' });
  formats.set(timezone, made);
  return made;
}

function offsetAt(time: number, timezone: string): string | undefined {
  return formatOf(timezone)
    .formatToParts(time)
    .find((part) => part.type === 'timeZoneName')?.value;
}
