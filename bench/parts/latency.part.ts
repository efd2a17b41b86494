import type { BenchSystem } from '../bench-world.js';
import { LIMITS } from '../limits.js';
import type { Part, Row } from '../part.js';
import { PushClient } from '../push-client.js';
import { quantile } from '../statistics.js';
import { addSource, pressSync, untilFirstRow } from '../sync-and-wait.js';

const PUSHES = 100;
const SYNCS = 20;
const USERS = 10;
/** Warm-up syncs, left out of the figures. */
const WARM_UP = 5;

/** How soon something happens where nothing else does. */
export const latencyPart: Part = {
  name: 'latency',
  title: 'On an idle system',
  every: 'run',
  turn: ({ world, samples }) =>
    world.inSystem({}, async (bench) => {
      for (const [name, times] of [
        ['push', await timePushes(bench)],
        ['sync', await timeSyncs(bench)],
      ] as const) {
        samples.add(`latency/${name} p50`, quantile(times.slice(WARM_UP), 0.5));
        samples.add(`latency/${name} p95`, quantile(times.slice(WARM_UP), 0.95));
      }
    }),
  rows: () => [
    { ...row('push p50', 'one record, from push to commit, p50'), limit: LIMITS.idlePushP50 },
    { ...row('push p95', 'one record, from push to commit, p95'), limit: LIMITS.idlePushP95 },
    row('sync p50', `Sync of ${USERS} people, from start to first commit, p50`),
    row('sync p95', `Sync of ${USERS} people, from start to first commit, p95`),
  ],
};

const row = (sample: string, what: string): Row => ({ what, sample: `latency/${sample}`, unit: 'ms', headline: true });

/** @returns milliseconds of each. */
async function timePushes(bench: BenchSystem): Promise<number[]> {
  const client = new PushClient(bench);
  const times: number[] = [];
  try {
    for (let at = 0; at < WARM_UP + PUSHES; at += 1) {
      await rest();
      const sent = performance.now();
      const { status, text } = await client.push([{ uid: `i${at}`, username: `idle-${at}` }], { wait: 30 });
      if (status !== 200) throw new Error(`A push was answered with ${status}: ${text}`);
      times.push(performance.now() - sent);
    }
  } finally {
    await client.close();
  }
  return times;
}

/** Each of a source of its own, with new people only. @returns milliseconds of each. */
async function timeSyncs(bench: BenchSystem): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < WARM_UP + SYNCS; at += 1) {
    const name = `small-${at}`;
    await addSource(bench, { name, synthetic: { users: USERS, departments: 1, firstNumber: at * USERS } });
    await rest();
    const begin = performance.now();
    await pressSync(bench, name);
    times.push((await untilFirstRow(bench, name)) - begin);
  }
  return times;
}

/** Longer than what happens afterwards takes; of no fixed length, so that it never falls in step with a poll. */
const rest = () => new Promise((done) => setTimeout(done, 100 + Math.random() * 100));
