import type { BenchWorld } from './bench-world.js';
import type { BenchOptions } from './options.js';
import type { Samples } from './samples.js';

/** What a part needs to measure. */
export interface Turn {
  readonly world: BenchWorld;
  readonly options: BenchOptions;
  readonly samples: Samples;
}

/** The limit of a figure, shown in the report: nothing fails because of it. */
export interface Limit {
  readonly of: 'value' | 'ratio';
  readonly most?: number;
  readonly least?: number;
}

/** One line of the report: the median of some samples. */
export interface Row {
  readonly what: string;
  readonly sample: string;
  readonly unit: 's' | 'ms' | 'MB' | 'records/s' | 'records' | '×';
  /** How many records the seconds are for; shows a rate. */
  readonly records?: number;
  /** Samples that these are divided by. */
  readonly beside?: { readonly name: string; readonly sample: string };
  readonly limit?: Limit;
  /** Stands in the short table, as every row with a limit does. */
  readonly headline?: boolean;
}

/** One part of the benchmark, which can be run alone. */
export interface Part {
  /** As `--only` names it. */
  readonly name: string;
  readonly title: string;
  /** In each run, or in the first only. */
  readonly every: 'run' | 'once';
  turn(turn: Turn): Promise<void>;
  /** Those without samples are left out. */
  rows(options: BenchOptions): readonly Row[];
}
