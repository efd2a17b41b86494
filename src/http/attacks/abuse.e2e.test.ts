import { type AbuseFigures, abuseScenes, runScene } from '../../testing/attacks/abuse.js';
import type { Answers, Attacked } from '../../testing/attacks/abuse-scene.js';
import { addChangedTask } from '../../testing/attacks/changed-task.js';
import { startSystem, type System } from '../../testing/worlds/system.js';
import { createTestDatabase, type TestDatabase } from '../../testing/servers/test-database.js';

let database: TestDatabase;
let system: System;
let attacked: Attacked;
beforeAll(async () => {
  database = await createTestDatabase();
  system = await startSystem({ databaseUrl: database.url, workers: 0, env: { REQUEST_SECONDS: '10' } });
  const makeKey = async (request: object) =>
    (await system.call<{ key: string }>('POST', '/api/v1/keys', request)).body.key;
  const { baseUrl, apiPid, key: readKey } = system;
  attacked = {
    ...{ baseUrl, apiPid, readKey },
    pushKey: await makeKey({ name: 'pusher', role: 'operator', source: 'api', pushOnly: true }),
    viewKey: await makeKey({ name: 'viewer', role: 'viewer' }),
    exportPath: `/api/v1/tasks/${await addChangedTask(database.db.pool, 10_000)}/changes.csv`,
  };
}, 120_000);
afterAll(async () => {
  await system?.stop();
  await database?.drop();
});

/** The goal is 250 ms on a machine with nothing else to do (bench, part `abuse`); CI shares its processors. */
const P95_MS = 600;

/** What each scene may be answered with, and nothing else. */
const ACCEPTED = '202';
const OVER_BUDGET = '429 too_much_in_flight Retry-After';
const FULL = '503 busy Retry-After';
/** Every connection to the database is in use. */
const NO_CONNECTION = '503 database_unavailable Retry-After';
const TOO_MANY = '429 too_many_open Retry-After';
const UNREAD = '3,000 event streams and 100 unread exports';
/** As many as one key may have open, and no more. */
const OPEN_ANSWERS: Answers = {
  ...{ 'stream 200': 200, [`stream ${TOO_MANY}`]: 2_800 },
  ...{ 'export 200': 4, [`export ${TOO_MANY}`]: 96 },
};
const MAY: Readonly<Record<string, readonly string[]>> = {
  '9,999 records of 42 fields': [ACCEPTED],
  'numbers in unusual spellings': [ACCEPTED, OVER_BUDGET],
  'bodies at the size limit': [ACCEPTED, OVER_BUDGET, FULL, NO_CONNECTION],
  gzip: [ACCEPTED],
  '100,000 lines': ['413 payload_too_large', '413 too_many_records'],
  'deeply nested': ['422 too_deep'],
  'many small pushes': [ACCEPTED],
  'slow bodies': ['408 request_timeout'],
  [UNREAD]: Object.keys(OPEN_ANSWERS),
};
const EXACTLY: Readonly<Record<string, Answers>> = { [UNREAD]: OPEN_ANSWERS };

function quantile(times: AbuseFigures['times'], share: number): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length * share)] ?? Infinity;
}

/** Other work on the machine can only make a client wait longer: the best of so many tries counts. */
const TRIES = 3;

test.each(abuseScenes(1))(
  'another client is served meanwhile: $name',
  async (scene) => {
    const p95s: number[] = [];
    while (p95s.length < TRIES && !p95s.some((p95) => p95 <= P95_MS)) {
      const { answers, times, otherRefused } = await runScene(scene, attacked);
      expect(Object.keys(answers).filter((answer) => !MAY[scene.name]!.includes(answer))).toEqual([]);
      expect(answers).toMatchObject(EXACTLY[scene.name] ?? {});
      expect(otherRefused).toEqual([]);
      p95s.push(quantile(times, 0.95));
    }
    expect(Math.min(...p95s)).toBeLessThanOrEqual(P95_MS);
  },
  300_000,
);
