import type { SourceAdapter, SourceContext, StreamListener } from '../src/sources/source-adapter.js';
import { SourceAuthError, SourceUnavailableError } from '../src/domain/errors.js';
import { SourceRegistry } from '../src/sources/source-registry.js';
import { dingtalkAdapter } from '../src/sources/dingtalk/dingtalk.adapter.js';
import { systemClock } from '../src/outbound/http-client/clock.js';
import { DINGTALK_APP, FakeDingtalk } from '../src/testing/fakes/fake-dingtalk.js';
import { createJsonWorld } from '../src/testing/worlds/json-world.js';
import { createTaskWorld, type TaskWorld } from '../src/testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/servers/test-database.js';
import { waitFor } from '../src/testing/wait-for.js';
import { HeldStream } from './held-stream.js';
import { type StreamDeps, type StreamOptions, startStreams } from './streams.js';

let database: TestDatabase;
let fake: FakeDingtalk;
let tasks: TaskWorld;
let deps: StreamDeps;
let ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  fake = await FakeDingtalk.start({ stream: true });
});
afterAll(async () => {
  await fake.close();
  await database.drop();
});
beforeEach(async () => {
  await database.reset();
  tasks = createTaskWorld(database.db);
  const sources = new SourceRegistry();
  sources.register(dingtalkAdapter({ ...createJsonWorld(), clock: systemClock }));
  deps = { ...tasks.deps, sources, openConfig: ({ config }) => config };
  fake.gateway.acks.length = 0;
  fake.gateway.opened = 0;
});
afterEach(async () => {
  await Promise.all(ends.map((end) => end()));
  ends = [];
});

const until = (check: () => boolean) => waitFor(() => Promise.resolve(check()));
const config = () => ({ ...DINGTALK_APP, events: 'stream', baseUrl: fake.api.url, newBaseUrl: fake.api.url });
const addSource = (more: object = {}) => tasks.addSource('dingtalk', { type: 'dingtalk', config: config(), ...more });
const change = (id: string, data: object) => database.db.prisma.source.update({ where: { id }, data });
const lease = (sourceId: string) => database.db.prisma.streamLease.findUnique({ where: { sourceId } });
const hints = () => database.db.prisma.hint.count();

function work(name: string, options: Partial<StreamOptions> = {}, own: StreamDeps = deps): () => Promise<void> {
  const end = startStreams(own, { name, everyMs: 50, leaseMs: 2_000, pauseMs: 20, ...options });
  ends.push(end);
  return end;
}

describe('of several workers', () => {
  test('one holds the connection, and says so in its row', async () => {
    const id = await addSource();
    for (const name of ['w1', 'w2', 'w3']) work(name);
    await waitFor(async () => (await lease(id))?.connectedAt !== null && fake.gateway.connections === 1);
    expect(await lease(id)).toMatchObject({ holder: expect.stringMatching(/^w[123]$/), problem: null });
    expect([fake.gateway.connections, fake.gateway.opened]).toEqual([1, 1]);
  });

  test('another takes over at once when the holder ends in order', async () => {
    const id = await addSource();
    const end = work('w1');
    await until(() => fake.gateway.connections === 1);
    work('w2', { leaseMs: 60_000 });
    await end();
    await waitFor(async () => (await lease(id))?.holder === 'w2' && fake.gateway.connections === 1);
    expect(fake.gateway.opened).toBe(2);
  });

  test('another takes over when the holder’s lease runs out; what came meanwhile is not lost', async () => {
    const id = await addSource();
    const until2s = new Date(Date.now() + 2_000);
    await database.db.prisma.streamLease.create({ data: { sourceId: id, holder: 'dead', until: until2s } });
    fake.gateway.tell('user_leave_org', { userId: ['u1'] });
    work('w2');
    await waitFor(async () => (await hints()) === 1);
    expect(Date.now()).toBeGreaterThanOrEqual(until2s.getTime());
    expect(await lease(id)).toMatchObject({ holder: 'w2' });
    await until(() => fake.gateway.acks.some(({ status }) => status === 'SUCCESS'));
  });

  test('one that can’t renew its lease closes before another may connect', async () => {
    const id = await addSource();
    let away = false;
    const prisma = new Proxy(database.db.prisma, {
      get: (real, key) => {
        if (away) throw new Error('the database is away');
        return Reflect.get(real, key) as unknown;
      },
    });
    work('w1', { leaseMs: 1_000 }, { ...deps, db: { ...database.db, prisma } });
    await until(() => fake.gateway.connections === 1);
    away = true;
    await until(() => fake.gateway.connections === 0);
    expect((await lease(id))!.until.getTime()).toBeGreaterThan(Date.now() - 300);
    away = false;
  });
});

describe('an event', () => {
  test('becomes a hint and a queued delta; one that comes twice changes nothing', async () => {
    const id = await addSource();
    work('w1');
    await until(() => fake.gateway.connections === 1);
    for (let at = 0; at < 2; at += 1) fake.gateway.tell('user_modify_org', { userId: ['u1', 'u2'] });
    await until(() => fake.gateway.acks.length >= 2);
    expect(await hints()).toBe(2);
    const queued = await database.db.prisma.syncTask.findMany({ where: { sourceId: id } });
    expect(queued).toMatchObject([{ mode: 'delta', status: 'queued', trigger: 'push' }]);
    await waitFor(async () => (await lease(id))?.lastEventAt instanceof Date);
  });

  test('is not acknowledged before its hint is committed', async () => {
    await addSource();
    work('w1');
    await until(() => fake.gateway.connections === 1);
    await database.db.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE hints IN ACCESS EXCLUSIVE MODE`;
      fake.gateway.tell('user_modify_org', { userId: ['u1'] });
      await waitFor(async () => {
        const rows = await tx.$queryRaw<{ n: number }[]>`
          SELECT count(*)::int AS n FROM pg_locks WHERE relation = 'hints'::regclass AND NOT granted`;
        return (rows[0]?.n ?? 0) > 0;
      });
      expect(fake.gateway.acks).toEqual([]);
    });
    await until(() => fake.gateway.acks.length > 0);
    expect([fake.gateway.acks[0]?.status, await hints()]).toEqual(['SUCCESS', 1]);
  });
});

describe('the connection follows its source', () => {
  test('disabled, enabled, changed, deleted', async () => {
    const id = await addSource();
    work('w1');
    await until(() => fake.gateway.connections === 1);
    await change(id, { enabled: false });
    await waitFor(async () => fake.gateway.connections === 0 && (await lease(id)) === null);
    await change(id, { enabled: true });
    await until(() => fake.gateway.connections === 1);
    const before = fake.gateway.opened;
    await change(id, { title: 'Another title' });
    await change(id, { config: { ...config(), callsPerSecond: 40 } });
    await until(() => fake.gateway.opened > before && fake.gateway.connections === 1);
    expect(fake.gateway.opened).toBe(before + 1);
    await change(id, { config: { ...config(), events: 'callback' } });
    await waitFor(async () => fake.gateway.connections === 0 && (await lease(id)) === null);
    await change(id, { config: config() });
    await until(() => fake.gateway.connections === 1);
    await database.db.prisma.source.delete({ where: { id } });
    await until(() => fake.gateway.connections === 0);
  });

  test('reconnects after a cut, a disconnect notice and refused tickets; a wrong secret is reported', async () => {
    const id = await addSource();
    work('w1');
    await until(() => fake.gateway.connections === 1);
    fake.gateway.refuseTickets = 2;
    fake.gateway.cut();
    await until(() => fake.gateway.opened === 2 && fake.gateway.connections === 1);
    expect(fake.gateway.refuseTickets).toBe(0);
    fake.gateway.system('disconnect', { reason: 'connection is expired' });
    await until(() => fake.gateway.opened === 3 && fake.gateway.connections === 1);
    await change(id, { config: { ...config(), appSecret: 'wrong' } });
    await waitFor(async () => typeof (await lease(id))?.problem === 'string');
    expect(await lease(id)).toMatchObject({
      connectedAt: null,
      problem: expect.stringMatching(/^source_auth: The app key or the app secret is refused/),
    });
  });
});

test('pauses double, but not after a connection that was asked to leave; what only a person can mend waits a minute', async () => {
  const startedAt: number[] = [];
  const results: (() => Promise<void>)[] = [
    () => Promise.resolve(),
    ...Array.from({ length: 4 }, () => () => Promise.reject(new SourceUnavailableError('away'))),
    () => Promise.reject(new SourceAuthError('wrong')),
  ];
  const hold = () => {
    startedAt.push(performance.now());
    return (results[startedAt.length - 1] ?? (() => Promise.resolve()))();
  };
  const { logger } = tasks.deps;
  const held = new HeldStream({
    ...{ sourceId: 's', sourceName: 's', logger, pauseMs: 50 },
    ...{ hold, store: () => Promise.resolve() },
  });
  await until(() => startedAt.length === results.length);
  const gaps = startedAt.slice(1).map((at, index) => at - startedAt[index]!);
  expect(gaps[0]).toBeLessThan(50);
  expect(gaps.slice(1).map((gap, index) => gap >= 49 * 2 ** index)).toEqual([true, true, true, true]);
  expect(held.state.problem).toBe('source_auth: wrong');
  await held.end();
  expect(startedAt).toHaveLength(results.length);
});

test('a type without a stream, or one that is not wanted, costs no connection', async () => {
  const listening: (keyof StreamListener)[] = [];
  const never = {
    isEnabled: () => false,
    hold: (_: SourceContext<unknown>) => Promise.resolve(void listening.push('onOpen')),
  };
  const sources = new SourceRegistry();
  sources.register({ type: 'quiet', stream: never } as unknown as SourceAdapter);
  const id = await tasks.addSource('quiet', { type: 'quiet' });
  let asked = 0;
  work('w1', {}, { ...deps, sources, openConfig: () => ({ asked: (asked += 1) }) });
  await until(() => asked >= 2);
  expect([listening, await lease(id)]).toEqual([[], null]);
});
