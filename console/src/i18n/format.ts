import { currentLanguage } from './i18n.js';

const UNITS: readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

const locale = () => (currentLanguage() === 'zh' ? 'zh-CN' : currentLanguage());

/** A count in the reader's own way. */
export const formatNumber = (value: number) => new Intl.NumberFormat(locale()).format(value);

/** A moment in full, in the reader's time zone. */
export const formatTime = (iso: string) =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(iso));

/** A moment to the minute, in the reader's time zone: "28 Nov, 06:30". */
export const formatShortTime = (iso: string) =>
  new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).format(
    new Date(iso),
  );

/** A day without a time: `2026-11-24` becomes "24 Nov". */
export const formatDay = (day: string) =>
  new Intl.DateTimeFormat(locale(), { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(day));

/** How long ago, or in how long: "3 minutes ago". */
export function formatAge(iso: string, now = Date.now()): string {
  const seconds = Math.round((new Date(iso).getTime() - now) / 1_000);
  const [unit, size] = UNITS.find(([, one]) => Math.abs(seconds) >= one) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(Math.trunc(seconds / size), unit);
}

/** A span of milliseconds: "840 ms", "3.2 s", "4 min 10 s". */
export function formatSpan(ms: number): string {
  if (ms < 1_000) return unit(ms, 'millisecond');
  if (ms < 60_000) return unit(Math.round(ms / 100) / 10, 'second');
  return `${unit(Math.floor(ms / 60_000), 'minute')} ${unit(Math.round((ms % 60_000) / 1_000), 'second')}`;
}

function unit(value: number, name: string): string {
  return new Intl.NumberFormat(locale(), { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
}
