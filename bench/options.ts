import { parseArgs } from 'node:util';

/** What a benchmark is asked for. */
export interface BenchOptions {
  readonly users: number;
  readonly departments: number;
  readonly runs: number;
  /** How long many clients push single records. */
  readonly seconds: number;
  readonly clients: number;
  /** Numbers of users of the part `growth`. */
  readonly sizes: readonly number[];
  /** Records of one request of lines. */
  readonly lines: number;
  /** The parts to run; null = all. */
  readonly only: readonly string[] | null;
  /** Where everything goes as one object; null = nowhere. */
  readonly jsonFile: string | null;
  readonly markdown: boolean;
}

/**
 * Reads the command line.
 * @throws Error naming what is no number.
 */
export function readOptions(args: readonly string[]): BenchOptions {
  const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ users: text('100000'), departments: text('5000'), runs: text('5') },
      ...{ seconds: text('20'), clients: text('200'), lines: text('10000') },
      sizes: { type: 'string' },
      only: { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'boolean', default: false },
    },
  });
  const users = toCount('users', values.users);
  return {
    users,
    departments: toCount('departments', values.departments),
    runs: toCount('runs', values.runs),
    seconds: toCount('seconds', values.seconds),
    clients: toCount('clients', values.clients),
    lines: toCount('lines', values.lines),
    sizes: values.sizes?.split(',').map((size) => toCount('sizes', size)) ?? [Math.ceil(users / 10), users],
    only: values.only?.split(',').map((name) => name.trim()) ?? null,
    jsonFile: values.json ?? null,
    markdown: values.markdown,
  };
}

/** Departments of a source with so many users: as many as were asked for, but at most one for twenty. */
export function departmentsFor({ departments }: BenchOptions, users: number): number {
  return Math.min(departments, Math.ceil(users / 20));
}

function toCount(name: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new Error(`--${name} must be whole numbers above 0, not "${text}".`);
}
