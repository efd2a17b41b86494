/** Making one takes longer than everything else of a tick. */
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * How much the clocks of a time zone are before UTC at a moment, in ms; negative in the west.
 *
 * @throws RangeError for a time zone that nobody knows.
 */
export function offsetMs(at: number, timezone: string): number {
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
