import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Loaded before a worker: writes how late its event loop is, in ms, into the file that SOAK_PROBE names. */
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
setInterval(() => {
  const ms = (value) => Math.round(value / 1e5) / 10;
  const figures = { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) };
  writeFileSync(process.env.SOAK_PROBE, JSON.stringify(figures));
}, 2_000).unref();
