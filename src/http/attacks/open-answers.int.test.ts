import { randomUUID } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { connect } from 'node:net';
import { addChangedTask } from '../../testing/attacks/changed-task.js';
import { getRequest, openAnswer, type OpenedAnswer } from '../../testing/attacks/open-answer.js';
import { headersOf, signInAs } from '../../testing/servers/browser-client.js';
import { waitFor } from '../../testing/wait-for.js';
import { type ApiHarness, startApi } from '../../testing/worlds/api-harness.js';
import { DEFAULT_SLOT_LIMITS } from '../core/answer-slots.js';

let api: ApiHarness;
let exportPath: string;
beforeAll(async () => {
  api = await startApi();
  // 20 MB: more than the buffers of a connection take.
  exportPath = `/api/v1/tasks/${await addChangedTask(api.database.db.pool, 10_000)}/changes.csv`;
});
afterAll(() => api.stop());

const STREAM = '/api/v1/task-events';
const opened: OpenedAnswer[] = [];
const open = async (path: string, key: string) => {
  const answer = await openAnswer(api.baseUrl, path, key);
  opened.push(answer);
  return answer;
};
afterEach(() => {
  for (const { socket } of opened.splice(0)) socket.destroy();
});

const statuses = (answers: readonly OpenedAnswer[]) => [...new Set(answers.map(({ status }) => status))];
const openMany = async (count: number, path: string, key: string) =>
  Promise.all(Array.from({ length: count }, () => open(path, key)));
/** Opens and closes. @returns the status */
const tryOut = async (path: string, key: string) => {
  const { status, socket } = await openAnswer(api.baseUrl, path, key);
  socket.destroy();
  return status;
};
/** Each stream listens to the end of the process. */
const openStreams = () => getEventListeners(api.deps.stopping, 'abort').length;

function expectTooMany({ status, begin }: OpenedAnswer, advice: string): void {
  expect(status).toBe(429);
  expect(begin).toContain('"code":"too_many_open"');
  expect(begin).toMatch(/\r\nRetry-After: \d+\r\n/);
  expect(begin).toContain(advice);
}

describe.each([
  ['event streams', STREAM, 200, 'close streams that are no longer read'],
  ['exports that are not read', () => exportPath, 4, 'read them to the end or close them'],
] as const)('%s of one key', (_, given, most, advice) => {
  const path = () => (typeof given === 'string' ? given : given());

  test('are refused above the limit; a closed one frees its place, another key and other routes are served', async () => {
    const key = await api.newKey('viewer');
    const all = await openMany(most, path(), key);
    expect(statuses(all)).toEqual([200]);
    expectTooMany(await open(path(), key), advice);
    expect((await open(path(), await api.newKey('viewer'))).status).toBe(200);
    expect((await open('/api/v1/tasks', key)).status).toBe(200);
    all[0]!.socket.destroy();
    await waitFor(async () => (await tryOut(path(), key)) === 200);
    await waitFor(async () => (await open(path(), key)).status === 200);
    expectTooMany(await open(path(), key), advice);
  });

  test('whose clients leave at once leave nothing behind', async () => {
    const key = await api.newKey('viewer');
    const before = openStreams();
    for (let at = 0; at < 3 * most; at += 1) {
      const socket = connect(Number(new URL(api.baseUrl).port), '127.0.0.1');
      await new Promise<void>((done) => socket.write(getRequest(path(), key), () => done()));
      if (at % 2 === 0) await new Promise(setImmediate);
      socket.destroy();
    }
    await waitFor(async () => openStreams() === before && (await tryOut(path(), key)) === 200);
    await waitFor(() => Promise.resolve(openStreams() === before));
    expect(statuses(await openMany(most, path(), key))).toEqual([200]);
  });

  test('that wait behind another answer of their connection leave nothing behind when it ends', async () => {
    const key = await api.newKey('viewer');
    const before = openStreams();
    const logged = api.logged.length;
    const socket = connect(Number(new URL(api.baseUrl).port), '127.0.0.1').on('error', () => undefined);
    socket.write(getRequest(path(), key).repeat(most + 1));
    const isRefused = (line: Record<string, unknown>) => line['code'] === 'too_many_open';
    await waitFor(() => Promise.resolve(api.logged.slice(logged).some(isRefused)));
    socket.destroy();
    await waitFor(async () => openStreams() === before && (await tryOut(path(), key)) === 200);
    await waitFor(() => Promise.resolve(openStreams() === before));
    expect(statuses(await openMany(most, path(), key))).toEqual([200]);
  });
});

test('exports that are not read hold no transaction and no connection to the database', async () => {
  const key = await api.newKey('viewer');
  expect(statuses(await openMany(4, exportPath, key))).toEqual([200]);
  const { pool } = api.database.db;
  const busy = async () => {
    const { rows } = await pool.query<{ count: number }>(`
      SELECT count(*)::int FROM pg_stat_activity
      WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()`);
    return rows[0]!.count;
  };
  await waitFor(async () => (await busy()) === 0);
});

test('an account has its places for all of its sessions together; exports of a person count as exports', async () => {
  const limited = await startApi({
    db: api.database.db,
    settings: { ...api.deps.settings, slotLimits: { ...DEFAULT_SLOT_LIMITS, stream: 1, export: 1 } },
  });
  try {
    const person = await signInAs(api.database.db, 'admin');
    const get = (path: string) => fetch(`${limited.baseUrl}${path}`, { headers: headersOf(person) });
    const stream = await get(STREAM);
    const refused = await get(STREAM);
    expect([stream.status, refused.status]).toEqual([200, 429]);
    const key = await api.newKey('admin');
    const { id } = await api.database.db.prisma.user.create({ data: { id: randomUUID() } });
    const unread = await openAnswer(limited.baseUrl, exportPath, key);
    const exported = await openAnswer(limited.baseUrl, `/api/v1/users/${id}/export`, key);
    expect([unread.status, exported.status]).toEqual([200, 429]);
    for (const { socket } of [unread, exported]) socket.destroy();
    await stream.body?.cancel();
  } finally {
    await limited.stop();
  }
});
