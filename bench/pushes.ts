import type { System } from '../src/testing/system.js';
import { quantile } from './report.js';

/** What many clients got. */
export interface PushFigures {
  readonly pushed: number;
  /** Pushes that were taken (2xx) and have no result at the end. */
  readonly lost: number;
  /** Requests that were told to come again later (429, 503) and came again. */
  readonly refused: number;
  /** From the first push to the last result. */
  readonly perSecond: number;
  /** Milliseconds from push to committed. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** `clients` push single records one after the other for `seconds`, each waiting for its result. */
export async function pushSingles(
  system: System,
  source: string,
  load: { readonly clients: number; readonly seconds: number },
): Promise<PushFigures> {
  const times: number[] = [];
  const late: string[] = [];
  let refused = 0;
  const begin = performance.now();
  const until = begin + load.seconds * 1_000;
  const client = async (name: number) => {
    for (let at = 0; performance.now() < until; at += 1) {
      const sent = performance.now();
      const { status, body } = await pushOne(system, source, `c${name}-${at}`);
      if (status === 200) times.push(performance.now() - sent);
      else if (status === 202) late.push(String(body['pushId']));
      else if (status === 429 || status === 503) refused += 1;
      else throw new Error(`A push was answered with ${status}: ${JSON.stringify(body)}`);
    }
  };
  await Promise.all(Array.from({ length: load.clients }, (_, at) => client(at)));
  const seconds = (performance.now() - begin) / 1_000;
  return {
    ...toFigures(times, seconds),
    pushed: times.length + late.length,
    lost: await countLost(system, late),
    refused,
  };
}

/** Pushes that were taken but took longer than their clients waited: each must have its result within a minute. */
async function countLost(system: System, pushIds: readonly string[]): Promise<number> {
  let lost = 0;
  for (const id of pushIds) if (!(await hasResult(system, id))) lost += 1;
  return lost;
}

async function hasResult(system: System, pushId: string): Promise<boolean> {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const { body } = await system.call('GET', `/api/v1/pushes/${pushId}`);
    if (body['result']) return true;
    await new Promise((done) => setTimeout(done, 1_000));
  }
  return false;
}

/** Pushes one record at a time on an idle system. */
export async function pushIdle(system: System, source: string, times: number): Promise<PushFigures> {
  const taken: number[] = [];
  for (let at = 0; at < times; at += 1) {
    await new Promise((done) => setTimeout(done, 100));
    const sent = performance.now();
    await pushOne(system, source, `idle-${at}`);
    taken.push(performance.now() - sent);
  }
  return toFigures(taken, taken.reduce((sum, one) => sum + one, 0) / 1_000);
}

/** Pushes `count` records in requests of a thousand, and waits for the last result. @returns seconds. */
export async function pushThousands(system: System, source: string, count: number): Promise<number> {
  const begin = performance.now();
  for (let from = 0; from < count; from += 1_000) {
    const records = Array.from({ length: Math.min(1_000, count - from) }, (_, at) => record(`b${from + at}`));
    const isLast = from + 1_000 >= count;
    const answer = await push(system, source, { kind: 'user', records }, isLast ? '?wait=60' : '');
    if (answer.status !== (isLast ? 200 : 202)) throw new Error(`A push was answered with ${answer.status}.`);
  }
  return (performance.now() - begin) / 1_000;
}

function pushOne(system: System, source: string, uid: string) {
  return push(system, source, { kind: 'user', records: [record(uid)] }, '?wait=30');
}

function push(system: System, source: string, body: unknown, query: string) {
  return system.call('POST', `/api/v1/sources/${source}/records${query}`, body);
}

function record(uid: string) {
  return { uid, username: uid, email: `${uid}@example.com`, nickname: `Person ${uid}` };
}

function toFigures(times: readonly number[], seconds: number): PushFigures {
  const at = (share: number) => Math.round(quantile(times, share) * 10) / 10;
  const perSecond = Math.round(times.length / seconds);
  return { pushed: times.length, lost: 0, refused: 0, perSecond, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
