import { readFile } from 'node:fs/promises';

/** A process's resident memory over time. */
export class MemorySlope {
  private readonly samples: { readonly hours: number; readonly megabytes: number }[] = [];
  private readonly begin = Date.now();

  constructor(private readonly pid: number) {}

  /** Reads /proc, so Linux only. */
  async sample(): Promise<void> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8').catch(() => '');
    const megabytes = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1_024;
    if (!Number.isNaN(megabytes)) this.samples.push({ hours: (Date.now() - this.begin) / 3_600_000, megabytes });
  }

  /** Least squares over the last two thirds: what a process needs to warm up is no leak. */
  inWords(): string {
    const used = this.samples.slice(Math.floor(this.samples.length / 3));
    const mean = (of: (one: (typeof used)[number]) => number) =>
      used.reduce((sum, one) => sum + of(one), 0) / used.length;
    const [x, y] = [mean((one) => one.hours), mean((one) => one.megabytes)];
    const slope = mean((one) => (one.hours - x) * (one.megabytes - y)) / mean((one) => (one.hours - x) ** 2);
    const most = Math.max(...this.samples.map((one) => one.megabytes));
    return `${slope.toFixed(1)} MB/h over the last two thirds, ${y.toFixed(0)} MB on average, ${most.toFixed(0)} MB at most`;
  }
}
