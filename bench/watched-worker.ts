import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pollUntil } from './poll-until.js';

/** A worker process, seen from outside. */
export interface WatchedWorker {
  /** The highest resident size that it ever had. */
  peakMegabytes(): Promise<number>;
  /** How late its event loop was since the last look: p99.9, in ms. */
  lagMs(): Promise<number>;
}

/** Environment of a watched process: loads src/testing/loop-probe.mjs, which writes into `folder`. */
export function probeEnvironment(folder: string): Record<string, string> {
  const probe = new URL('../src/testing/loop-probe.mjs', import.meta.url).href;
  return { NODE_OPTIONS: `--import=${probe}`, LOOP_PROBE: folder };
}

/** Watches a process that was started with `probeEnvironment(folder)`. Reads /proc, so Linux only. */
export function watchWorker(pid: number, folder: string): WatchedWorker {
  let asked = 0;
  return {
    async peakMegabytes() {
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1_024);
    },
    async lagMs() {
      asked += 1;
      process.kill(pid, 'SIGUSR2');
      return untilAnswered(join(folder, `${pid}.json`), asked);
    },
  };
}

interface Probe {
  readonly asked: number;
  readonly p999: number;
}

async function untilAnswered(file: string, asked: number): Promise<number> {
  return pollUntil(async () => {
    const probe = await readProbe(file);
    return probe && probe.asked >= asked ? probe.p999 : null;
  }, 30_000);
}

/** null while it is not there, or being written. */
async function readProbe(file: string): Promise<Probe | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Probe;
  } catch {
    return null;
  }
}
