import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Loaded before a process: writes how late its event loop is, in ms, into `<pid>.json` of the folder that LOOP_PROBE
 * names, every two seconds. SIGUSR2 writes at once and counts anew.
 */
const RESOLUTION_MS = 10;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
setInterval(write, 2_000).unref();
let asked = 0;
process.on('SIGUSR2', () => {
  asked += 1;
  write();
  delay.reset();
});

/** Node counts the time from tick to tick, in ns: what is above the timer's own ten milliseconds is late. */
function write() {
  const late = (value) => Math.max(0, Math.round(value / 1e5 - RESOLUTION_MS * 10) / 10);
  const at = (percent) => late(delay.percentile(percent));
  const figures = { p50: at(50), p99: at(99), p999: at(99.9), max: late(delay.max), asked };
  writeFileSync(join(process.env.LOOP_PROBE, `${process.pid}.json`), JSON.stringify(figures));
}
