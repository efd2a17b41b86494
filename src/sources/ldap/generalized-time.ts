/**
 * Reads a GeneralizedTime such as `20260131235959.5Z` (RFC 4517, 3.3.13); null for another text or a time without a
 * zone.
 */
export function parseGeneralizedTime(text: string): Date | null {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,](\d+))?(Z|[+-]\d\d(?:\d\d)?)$/.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second = '00', fraction = '0', zone = 'Z'] = match;
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3) || '00'}`;
  const time = new Date(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`,
  );
  return Number.isNaN(time.getTime()) ? null : time;
}

/** Writes a GeneralizedTime in seconds, in UTC: every server accepts this form in a filter. */
export function formatGeneralizedTime(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`;
}
