/** The stored form of a schedule, or the reason why it is refused. */
export type CronVerdict = AcceptedCron | { readonly ok: false; readonly message: string };

/** A valid schedule. */
export interface AcceptedCron {
  readonly ok: true;
  /** As given, with single spaces and in lower case. */
  readonly cron: string;
  /** The same as lists of numbers, each once; a single `*` stays. For cron-parser, which refuses duplicates. */
  readonly plain: string;
}

interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of the numbers from `min` on. */
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly CronField[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of week', min: 0, max: 7, names: WEEKDAYS },
];
/** Days of the months of a leap year. */
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const NICKNAMES: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

/**
 * Reads a cron text: minute, hour, day of month, month and day of week (0 and 7 are Sunday), each `*`, a number, a
 * range `1-5`, a step `*\/15` or `8-18/2`, or a list of these; months and days of week also by their three-letter names
 * (crontab(5)). If day of month and day of week are both given, either is sufficient, as in POSIX.
 *
 * Everything else is refused, because programs interpret it differently: `H`, `L`, `W`, `#`, `?`, seconds,
 * nicknames such as `@daily`, a step without a range (`5/15`), a range that goes backwards, and days that no month has.
 */
export function readCron(text: string): CronVerdict {
  const given = text.trim();
  if (given.startsWith('@')) return refuse(nicknameAdvice(given));
  const parts = given.split(/\s+/);
  if (parts.length !== FIELDS.length) {
    return refuse(
      `Five fields are required (minute, hour, day of month, month, day of week), such as "30 2 * * *"; this has ${given === '' ? 0 : parts.length}.`,
    );
  }
  const values: (readonly number[])[] = [];
  for (const [at, field] of FIELDS.entries()) {
    const read = readField(parts[at] ?? '', field);
    if (typeof read === 'string') return refuse(`Field ${at + 1} (${field.name}): ${read}`);
    values.push(read);
  }
  const [, , day = '*', , weekday = '*'] = parts;
  const cause = checkDays({ day, weekday }, values[2] ?? [], values[3] ?? []);
  if (cause !== null) return refuse(cause);
  const plain = parts.map((part, at) => (part === '*' ? part : (values[at] ?? []).join(',')));
  return { ok: true, cron: parts.join(' ').toLowerCase(), plain: plain.join(' ') };
}

function refuse(message: string): CronVerdict {
  return { ok: false, message };
}

function nicknameAdvice(given: string): string {
  const cron = NICKNAMES[given.toLowerCase()];
  return cron === undefined
    ? `"${given}" is not supported. Write five fields, such as "30 2 * * *".`
    : `Nicknames are not supported. Write "${cron}" instead of "${given}".`;
}

/** @returns the numbers of the field, or the reason why it is refused. */
function readField(text: string, field: CronField): readonly number[] | string {
  const values = new Set<number>();
  const items = text.split(',');
  if (items.length > 1 && items.includes('*')) return `"${text}" has * in a list. Write * alone.`;
  for (const item of items) {
    const read = readItem(item, field);
    if (typeof read === 'string') return read;
    for (const value of read) values.add(value);
  }
  // Sunday has two numbers.
  if (field.max === 7 && values.delete(7)) values.add(0);
  return [...values].sort((a, b) => a - b);
}

function readItem(item: string, field: CronField): readonly number[] | string {
  const span = readSpan(item, field);
  if (typeof span === 'string') return span;
  const { first, last, step } = span;
  if (step === null) return range(first, last, 1);
  if (step < 1 || step > last - first) {
    return `the step of "${item}" must be between 1 and ${last - first} for the ${field.name}.`;
  }
  return range(first, last, step);
}

interface Span {
  readonly first: number;
  readonly last: number;
  readonly step: number | null;
}

const ITEM = /^(\d{1,2}|[a-z]{3})(?:-(\d{1,2}|[a-z]{3}))?(?:\/(\d{1,3}))?$/i;

function readSpan(item: string, field: CronField): Span | string {
  const { min, max } = field;
  const whole = /^\*(?:\/(\d{1,3}))?$/.exec(item);
  if (whole) return { first: min, last: max, step: whole[1] === undefined ? null : Number(whole[1]) };
  const [, from = '', to, step] = ITEM.exec(item) ?? [];
  const [first, last] = [numberOf(from, field), numberOf(to ?? from, field)];
  if (first === null || last === null) return unsupported(item, field);
  const outside = [first, last].find((value) => value < min || value > max);
  if (outside !== undefined) return `${outside} is not between ${min} and ${max}.`;
  if (first > last)
    return `the range "${item}" goes backwards. Write two ranges, such as "${from}-${max},${min}-${to}".`;
  if (step === undefined) return { first, last, step: null };
  if (to !== undefined) return { first, last, step: Number(step) };
  return `"${item}" is a step without a range. Write "${from}-${max}/${step}".`;
}

function unsupported(item: string, { min, max, names }: CronField): string {
  const byName = names ? `, a name (${names[0]} to ${names.at(-1)})` : '';
  return `"${item}" is not supported. Write *, a number from ${min} to ${max}${byName}, a range, a step such as */2, or a list of these.`;
}

function numberOf(text: string, { min, names }: CronField): number | null {
  if (/^\d+$/.test(text)) return Number(text);
  const at = names?.indexOf(text.toLowerCase()) ?? -1;
  return at === -1 ? null : min + at;
}

function range(first: number, last: number, step: number): readonly number[] {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, at) => first + at * step);
}

/** Refuses dates that never occur, and pairs of days whose meaning differs between programs. */
function checkDays(
  { day, weekday }: { readonly day: string; readonly weekday: string },
  days: readonly number[],
  months: readonly number[],
): string | null {
  const isStep = (text: string) => text.startsWith('*/');
  if (day !== '*' && weekday !== '*' && (isStep(day) || isStep(weekday))) {
    return 'Programs interpret a step over all days together with another day field differently. List the days instead.';
  }
  if (weekday !== '*') return null;
  const comes = months.some((month) => days.some((one) => one <= (DAYS[month - 1] ?? 0)));
  return comes ? null : `None of the months has a day ${days.join(' or ')}; this schedule would never run.`;
}
