/** What one scene took, over the runs. */
export interface Measured {
  readonly name: string;
  /** Seconds of each run. */
  readonly seconds: readonly number[];
  /** Seconds of the floor in the same runs, for a ratio. */
  readonly floor?: readonly number[];
  /** Records a scene is about, for a rate. */
  readonly records?: number;
}

/** The middle value; of an even number of values the upper one of the two. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** The value below which `share` (0..1) of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** A table in Markdown: medians, and the median of the ratios to the floor of the same run. */
export function toTable(rows: readonly Measured[]): string {
  const head = '| what | median s | floor s | ratio | records/s |\n|---|---|---|---|---|';
  return [head, ...rows.map(toLine)].join('\n');
}

function toLine({ name, seconds, floor, records }: Measured): string {
  const middle = median(seconds);
  const ratio = floor ? median(seconds.map((one, at) => one / (floor[at] ?? NaN))).toFixed(2) : '';
  const rate = records === undefined ? '' : String(Math.round(records / middle));
  return `| ${name} | ${middle.toFixed(2)} | ${floor ? median(floor).toFixed(2) : ''} | ${ratio} | ${rate} |`;
}
