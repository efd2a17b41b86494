import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Agent, Pool } from 'undici';
import { type AbuseBody, hugeRecords, manyLines, nested, oddNumbers, wideRecords, zipped } from './abuse-bodies.js';
import type { AbuseScene, Answers, Attacked } from './abuse-scene.js';
import { openAnswers } from './open-many-answers.js';

/** What another client met meanwhile, in ms, and the resident size of the API in MB. */
export interface AbuseFigures {
  readonly answers: Answers;
  readonly times: readonly number[];
  /** Statuses of the other client that are not 200. */
  readonly otherRefused: readonly number[];
  readonly megabytes: number;
}

const CLIENTS = 8;

/** The scenes; `rounds` makes each longer. */
export function abuseScenes(rounds: number): readonly AbuseScene[] {
  const pushes = (name: string, make: () => AbuseBody, times = rounds): AbuseScene => ({
    name,
    attack: (attacked) => pushAtOnce(attacked, make(), times),
  });
  return [
    pushes('9,999 records of 42 fields', () => wideRecords(9_999), 2 * rounds),
    pushes('numbers in unusual spellings', () => oddNumbers(9_999)),
    pushes('bodies at the size limit', hugeRecords, 3 * rounds),
    pushes('gzip', () => zipped(wideRecords(9_999))),
    pushes('100,000 lines', manyLines, 10 * rounds),
    pushes('deeply nested', nested, 10 * rounds),
    pushes('many small pushes', () => wideRecords(1), 100 * rounds),
    { name: 'slow bodies', attack: slowBodies },
    { name: '3,000 event streams and 100 unread exports', attack: (attacked) => openAnswers(attacked, rounds) },
  ];
}

/** Runs a scene while another client reads its session every 20 ms. */
export async function runScene(scene: AbuseScene, attacked: Attacked): Promise<AbuseFigures> {
  const other = watchAsOther(attacked);
  const answers = await scene.attack(attacked).catch(async (error: unknown) => {
    await other.end();
    throw error;
  });
  return { answers, ...(await other.end()), megabytes: await residentMegabytes(attacked.apiPid) };
}

/** Several clients that push the same body one time after the other. */
async function pushAtOnce({ baseUrl, pushKey }: Attacked, body: AbuseBody, times: number): Promise<Answers> {
  const answers: Record<string, number> = {};
  const dispatcher = new Agent({ connections: CLIENTS, pipelining: 1, headersTimeout: 300_000 });
  const client = async () => {
    for (let at = 0; at < times; at += 1) {
      const answer = await dispatcher.request({
        ...{ origin: baseUrl, path: '/api/v1/sources/api/records?kind=user', method: 'POST' },
        headers: { authorization: `Bearer ${pushKey}`, ...body.headers },
        body: body.bytes,
      });
      const { code } = JSON.parse(await answer.body.text()) as { code?: string };
      const name = [answer.statusCode, code, answer.headers['retry-after'] && 'Retry-After'].filter(Boolean).join(' ');
      answers[name] = (answers[name] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  await dispatcher.close();
  return answers;
}

/** Connections that send a byte now and then and never the whole body. */
async function slowBodies({ baseUrl, pushKey }: Attacked): Promise<Answers> {
  const answers: Record<string, number> = {};
  const connections = Array.from({ length: 50 }, async () => {
    const socket = connect(Number(new URL(baseUrl).port), '127.0.0.1');
    socket.write(
      `POST /api/v1/sources/api/records HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${pushKey}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 10000000\r\n\r\n{"kind":"user",',
    );
    const drip = setInterval(() => socket.write(' '), 100);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    clearInterval(drip);
    socket.destroy();
    const code = /"code":"(\w+)"/.exec(body)?.[1];
    const name = `${/^HTTP\/1.1 (\d+)/.exec(head)?.[1]} ${code}`;
    answers[name] = (answers[name] ?? 0) + 1;
  });
  await Promise.all(connections);
  return answers;
}

function watchAsOther({ baseUrl, readKey }: Attacked) {
  const pool = new Pool(baseUrl, { connections: 1 });
  const times: number[] = [];
  const otherRefused: number[] = [];
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const sentAt = performance.now();
      const headers = { authorization: `Bearer ${readKey}` };
      const answer = await pool.request({ path: '/api/v1/tasks?limit=10', method: 'GET', headers });
      await answer.body.dump();
      times.push(performance.now() - sentAt);
      if (answer.statusCode !== 200) otherRefused.push(answer.statusCode);
      await new Promise((done) => setTimeout(done, 20));
    }
  })();
  return {
    async end() {
      isOver = true;
      await watching;
      await pool.close();
      return { times, otherRefused };
    },
  };
}

/** The resident size of a process. Reads /proc, so Linux only. */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) / 1_024);
}
