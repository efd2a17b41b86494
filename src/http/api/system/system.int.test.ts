import { v7 as uuidv7 } from 'uuid';
import { addToCounter, countFenced, countSkips } from '../../../tasks/fleet/counters.store.js';
import type { ApiClient } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { createTaskWorld, type TaskWorld } from '../../../testing/worlds/task-world.js';

let api: ApiHarness;
let viewer: ApiClient;
let world: TaskWorld;

beforeAll(async () => {
  api = await startApi();
  world = createTaskWorld(api.database.db);
});
afterAll(() => api.stop());
beforeEach(async () => {
  await api.database.reset();
  viewer = await api.as('viewer');
});

const metrics = async () => String((await viewer.get('/metrics')).body);
const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
const valueOf = (text: string, series: string) =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length + 1) ?? NaN,
  );

describe('metrics', () => {
  test('tell tasks by status, jobs by state, and the process', async () => {
    await world.addTask(await world.addSource('hr'));
    const { body, headers } = await viewer.get('/metrics');
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    expect(body).toContain('rollcall_tasks{status="queued"} 1');
    expect(body).toContain('rollcall_tasks{status="held"} 0');
    expect(body).toContain('rollcall_queue_jobs{state="waiting"} 3');
    expect(body).toContain('rollcall_queue_up 1');
    expect(body).toContain('nodejs_eventloop_lag_seconds');
    expect(body).toContain('process_cpu_seconds_total');
  });

  test('tell how long the oldest task has waited that could be begun', async () => {
    const [hr, off] = [await world.addSource('hr'), await world.addSource('off', { enabled: false })];
    await world.addTask(off, { queuedAt: ago(900) });
    expect(valueOf(await metrics(), 'rollcall_oldest_waiting_task_seconds')).toBe(0);
    await world.addTask(hr, { queuedAt: ago(600), notBefore: ago(100) });
    const waited = valueOf(await metrics(), 'rollcall_oldest_waiting_task_seconds');
    expect(waited).toBeGreaterThanOrEqual(100);
    expect(waited).toBeLessThan(160);
    // An undo also runs while its source is disabled.
    await world.addTask(off, { mode: 'undo', trigger: 'undo', queuedAt: ago(700) });
    expect(valueOf(await metrics(), 'rollcall_oldest_waiting_task_seconds')).toBeGreaterThanOrEqual(700);
  });

  test('tell the age of the last complete sync, or that there was none, of the enabled sources that are read', async () => {
    const read = { type: 'scripted', config: {} };
    await world.addSource('fresh', { ...read, fullCron: '0 2 * * *', lastCompleteAt: ago(50) });
    await world.addSource('never', { ...read, createdAt: ago(70) });
    await world.addSource('off', { ...read, enabled: false, lastCompleteAt: ago(50) });
    const text = await metrics();
    expect(
      valueOf(text, 'rollcall_source_last_complete_age_seconds{source="fresh",scheduled="true"}'),
    ).toBeGreaterThanOrEqual(50);
    expect(
      valueOf(text, 'rollcall_source_never_complete_age_seconds{source="never",scheduled="false"}'),
    ).toBeGreaterThanOrEqual(70);
    expect(text).not.toMatch(/complete_age_seconds\{source="(off|api)"/);
  });

  test('tell which source fails until its next task succeeds', async () => {
    const hr = await world.addSource('hr');
    await world.addTask(hr, { status: 'failed' });
    await world.addTask(hr, { status: 'succeeded', dryRun: true });
    expect(valueOf(await metrics(), 'rollcall_source_failing{source="hr"}')).toBe(1);
    await world.addTask(hr, { status: 'partial' });
    expect(valueOf(await metrics(), 'rollcall_source_failing{source="hr"}')).toBe(0);
  });

  test('tell what was counted for good: fenced writes, sweeps, skipped records by code', async () => {
    const { prisma } = api.database.db;
    const taskId = await world.addTask(await world.addSource('hr'), { status: 'partial' });
    const line = { taskId, rank: 0, target: 'user', kind: 'user', action: 'skip' };
    await prisma.change.createMany({
      data: [
        { ...line, code: 'value_taken' },
        { ...line, code: 'value_taken' },
        { ...line, code: 'cycle' },
      ],
    });
    await countFenced(prisma, taskId);
    await countFenced(prisma, uuidv7());
    await countSkips(prisma, taskId);
    await addToCounter(prisma, 'rung_again', 3);
    await prisma.syncTask.delete({ where: { id: taskId } });
    const text = await metrics();
    expect(valueOf(text, 'rollcall_fenced_total')).toBe(2);
    expect(valueOf(text, 'rollcall_skipped_total{code="value_taken"}')).toBe(2);
    expect(valueOf(text, 'rollcall_skipped_total{code="cycle"}')).toBe(1);
    expect(valueOf(text, 'rollcall_sweeps_total{what="rung_again"}')).toBe(3);
    expect(valueOf(text, 'rollcall_sweeps_total{what="taken_over"}')).toBe(0);
  });
});

const worker = (name: string, seenAt: Date) => ({ name, seenAt, startedAt: ago(100_000), concurrency: 4, running: 2 });

describe('workers', () => {
  test('are listed, the living first; 30 s of silence count as death', async () => {
    await api.database.db.prisma.workerProcess.createMany({
      data: [worker('a:1', ago(31)), worker('b:2', ago(25))],
    });
    const { body } = await viewer.get('/workers');
    expect(body.items).toMatchObject([
      { name: 'b:2', concurrency: 4, running: 2, alive: true },
      { name: 'a:1', alive: false },
    ]);
    expect(valueOf(await metrics(), 'rollcall_workers_alive')).toBe(1);
  });

  test('say which connections they hold, and what is wrong with one', async () => {
    const connectedAt = ago(5);
    const { prisma } = api.database.db;
    const sourceId = await world.addSource('by-stream');
    const state = { connectedAt, problem: null, until: ago(-10), holder: 'c:3', sourceId };
    await prisma.workerProcess.create({ data: worker('c:3', ago(1)) });
    await prisma.streamLease.create({ data: state });
    const streams = async () => {
      const { body } = await viewer.get('/workers');
      return (body.items as { name: string; streams: unknown }[]).find(({ name }) => name === 'c:3')?.streams;
    };
    const about = { source: 'by-stream', lastEventAt: null };
    expect(await streams()).toEqual([{ ...about, connectedAt: connectedAt.toISOString(), problem: null }]);
    await prisma.streamLease.update({
      where: { sourceId },
      data: { connectedAt: null, problem: 'source_auth: wrong' },
    });
    expect(await streams()).toEqual([{ ...about, connectedAt: null, problem: 'source_auth: wrong' }]);
    await prisma.workerProcess.delete({ where: { name: 'c:3' } });
  });
});

describe('readiness', () => {
  const ready = async () => (await api.anonymous().get('/readyz')).body as unknown;

  test('names that no worker lives, and is not refused for it', async () => {
    expect(await ready()).toMatchObject({ status: 'degraded', down: ['workers'] });
    await api.database.db.prisma.workerProcess.create({ data: worker('a:1', new Date()) });
    expect(await ready()).toEqual({
      status: 'ready',
      checks: { database: 'up', queue: 'up', workers: 'up', migrations: 'up', keys: 'up' },
      down: [],
    });
  });

  test('names the keys that sources are sealed with and this process lacks', async () => {
    const other = await startApi({ missingKeys: () => Promise.resolve(['k1']) });
    try {
      expect((await other.anonymous().get('/readyz')).body).toMatchObject({
        ...{ status: 'degraded', checks: { keys: 'down' }, missingKeys: ['k1'] },
        down: ['workers', 'keys'],
      });
    } finally {
      await other.stop();
    }
  });

  test('names pending migrations', async () => {
    const other = await startApi({ pendingMigrations: () => Promise.resolve(['20990101000000_later']) });
    try {
      expect((await other.anonymous().get('/readyz')).body).toMatchObject({
        status: 'degraded',
        down: ['workers', 'migrations'],
      });
    } finally {
      await other.stop();
    }
  });
});
