import type { Limit, Part, Row } from './part.js';
import type { BenchOptions } from './options.js';
import type { Samples } from './samples.js';
import { median, ratioOf } from './statistics.js';

/** A line of the report with its figures. */
export interface Finding {
  readonly part: string;
  readonly what: string;
  readonly unit: Row['unit'];
  readonly median: number;
  /** Of each run. */
  readonly values: readonly number[];
  readonly perSecond: number | null;
  readonly beside: { readonly name: string; readonly median: number; readonly ratio: number } | null;
  readonly limit: Limit | null;
  readonly isHeadline: boolean;
  /** null = there is no limit, or nothing to compare with. */
  readonly isWithin: boolean | null;
}

/** Makes the lines of a part out of what was measured. */
export function evaluate(part: Part, options: BenchOptions, samples: Samples): readonly Finding[] {
  const rows = part.rows(options).filter((row) => samples.of(row.sample).length > 0);
  return rows.map((row) => toFinding(part, row, samples));
}

function toFinding({ name: part }: Part, row: Row, samples: Samples): Finding {
  const values = samples.of(row.sample);
  const middle = median(values);
  const theirs = row.beside ? samples.of(row.beside.sample) : [];
  const ratio = theirs.length > 0 ? ratioOf(values, theirs) : null;
  return {
    ...{ part, what: row.what, unit: row.unit, median: middle, values },
    perSecond: row.records === undefined ? null : row.records / middle,
    beside: row.beside && ratio !== null ? { name: row.beside.name, median: median(theirs), ratio } : null,
    limit: row.limit ?? null,
    isHeadline: row.headline === true || row.limit !== undefined,
    isWithin: row.limit ? isWithin(row.limit.of === 'value' ? middle : ratio, row.limit) : null,
  };
}

function isWithin(value: number | null, { most = Infinity, least = -Infinity }: Limit): boolean | null {
  return value === null ? null : value <= most && value >= least;
}
