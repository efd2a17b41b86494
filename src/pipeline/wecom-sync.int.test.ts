import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { memoryRateGovernor } from '../platform/http-client/memory-rate-governor.js';
import { createTokenCache } from '../platform/http-client/token-cache.js';
import { wecomAdapter } from '../sources/wecom/wecom.adapter.js';
import { leaveHintsTo } from '../tasks/hint.store.js';
import { acceptHints } from '../tasks/accept-hints.js';
import { createEngine, type Engine, type TestSource } from '../testing/engine.js';
import { createFastClock } from '../testing/fast-clock.js';
import { type FakeWecom, type FakeWecomOptions, startFakeWecom } from '../testing/fake-wecom.js';
import { createTaskWorld } from '../testing/task-world.js';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.js';
import { fillWecom } from '../testing/wecom-company.js';

const clock = createFastClock();
const adapter = wecomAdapter({
  ...{ governor: memoryRateGovernor(clock), tokens: createTokenCache(clock), clock },
  allowHttp: true,
});
const running: FakeWecom[] = [];
let database: TestDatabase;
let engine: Engine;

beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db, { adapters: [adapter] });
});
afterAll(() => database.drop());
afterEach(async () => {
  for (const fake of running.splice(0)) await fake.stop();
});

async function corp(
  name: 'big' | 'slow' | 'wild' | 'hinted' | 'moving' | 'silent' | 'failing' | 'broken' | 'dry',
  size: { people: number; departments: number },
  { config = {}, ...options }: FakeWecomOptions & { config?: object } = {},
): Promise<{ fake: FakeWecom; source: TestSource }> {
  const fake = await startFakeWecom({ clock, ...options });
  running.push(fake);
  fillWecom(fake, { ...size, word: name });
  const given = { corpId: fake.corpId, appSecret: fake.appSecret, baseUrl: fake.baseUrl, ...config };
  const source = await engine.addSource(name, { type: 'wecom', config: adapter.configSchema.parse(given), guard: {} });
  return { fake, source };
}

const total = (fake: FakeWecom): number => [...fake.calls.values()].reduce((sum, calls) => sum + calls, 0);
const hint = (source: TestSource, kind: string, externalId: string) =>
  acceptHints(createTaskWorld(database.db).deps, {
    sourceId: source.id,
    hints: [{ kind, externalId }],
    needsFull: false,
  });
/** The task that the hints queued. */
const queuedDelta = async ({ id }: TestSource): Promise<string> =>
  (await database.db.prisma.syncTask.findFirstOrThrow({ where: { sourceId: id, mode: 'delta', status: 'queued' } })).id;
const isActive = async (username: string) =>
  (await database.db.prisma.user.findFirstOrThrow({ where: { username } })).active;

describe('5,000 people in 300 departments, under the limits of WeCom', () => {
  test('everybody comes with the fewest calls that the API allows, and a second sync changes nothing', async () => {
    const { fake, source } = await corp('big', { people: 5_000, departments: 300 });
    const first = await engine.sync(source);
    expect(first.end).toBe('succeeded');
    expect(first.counts['user']).toMatchObject({ seen: 5_000, created: 5_000, skipped: 0, failed: 0 });
    expect(first.counts['department']).toMatchObject({ seen: 300, created: 300, skipped: 0 });
    expect(await database.db.prisma.membership.count({ where: { sourceId: source.id } })).toBe(6_000);
    // A token, the tree, and the members of each department.
    const fewest = 1 + 1 + 300;
    process.stdout.write(`WeCom: ${total(fake)} calls for 5,000 people in 300 departments; the fewest are ${fewest}\n`);
    expect(total(fake)).toBeLessThanOrEqual(Math.floor(fewest * 1.05));
    expect(fake.refusals).toBe(0);
    const second = await engine.sync(source);
    expect(second.counts['user']).toMatchObject({ seen: 5_000, unchanged: 5_000, updated: 0, removed: 0 });
    expect(second.counts['department']).toMatchObject({ seen: 300, unchanged: 300, updated: 0 });
  });

  test('a limit that the walk meets is kept: it takes minutes, and no call is refused', async () => {
    const limits = { perMinute: 100, perHour: 150_000 };
    const { fake, source } = await corp(
      'slow',
      { people: 30, departments: 300 },
      { perMinute: 100, config: { limits } },
    );
    const begin = clock.now();
    expect((await engine.sync(source)).end).toBe('succeeded');
    expect(fake.refusals).toBe(0);
    expect(clock.now() - begin).toBeGreaterThan(3 * 60_000 - 20_000);
    expect(clock.now() - begin).toBeLessThan(4 * 60_000);
  });

  test('control: without it the same walk is refused, and waits the refusals out', async () => {
    const { fake, source } = await corp('wild', { people: 30, departments: 130 }, { perMinute: 100 });
    expect((await engine.sync(source)).counts['user']).toMatchObject({ seen: 30 });
    expect(fake.refusals).toBeGreaterThan(0);
  });
});

describe('hints', () => {
  test('one moved, one left, one department renamed: a delta of what was hinted, and nothing else is touched', async () => {
    const { fake, source } = await corp('hinted', { people: 60, departments: 12 });
    await engine.sync(source);
    fake.members.get('hinted0007')!.department = [3];
    fake.members.get('hinted0007')!.main_department = 3;
    fake.members.delete('hinted0008');
    fake.departments.get(5)!.name = 'Renamed';
    for (const [kind, id] of [
      ['user', 'hinted0007'],
      ['user', 'hinted0008'],
      ['user', 'hinted0007'],
      ['department', '5'],
    ] as const) {
      await hint(source, kind, id);
    }
    const delta = await engine.sync(source, { mode: 'delta', taskId: await queuedDelta(source) });
    expect(delta.end).toBe('succeeded');
    expect(delta.counts['user']).toMatchObject({ seen: 2, removed: 1 });
    expect(delta.counts['membership']).toMatchObject({ created: 1, removed: 2 });
    expect(delta.counts['department']).toMatchObject({ seen: 1, updated: 1 });
    expect(await database.db.prisma.department.count({ where: { title: 'Renamed' } })).toBe(1);
    const full = await engine.sync(source);
    expect(full.counts['user']).toMatchObject({ seen: 59, unchanged: 59, removed: 0 });
  });

  test('R47: who moves behind the back of a full read is not called absent, and the delta behind it reads him', async () => {
    const { fake, source } = await corp('moving', { people: 60, departments: 12 });
    await engine.sync(source);
    const mover = fake.members.get('moving0011')!;
    expect(mover.department).toEqual([12]);
    fake.faults.onCall = async (api, calls) => {
      if (api !== 'user/list' || calls !== 13 + 6) return;
      // From a department that is still to be read into one that is through.
      mover.department = [1];
      mover.main_department = 1;
      await hint(source, 'user', 'moving0011');
    };
    const full = await engine.sync(source);
    expect(full.counts['user']).toMatchObject({ seen: 59, removed: 0 });
    expect(await isActive('moving0011')).toBe(true);
    const delta = await engine.sync(source, { mode: 'delta', taskId: await queuedDelta(source) });
    expect(delta.counts['user']).toMatchObject({ seen: 1, removed: 0 });
    expect(delta.counts['membership']).toMatchObject({ created: 1, removed: 1 });
  });

  test('control: without the hint the same full read calls him absent', async () => {
    const { fake, source } = await corp('silent', { people: 60, departments: 12 });
    await engine.sync(source);
    const mover = fake.members.get('silent0011')!;
    fake.faults.onCall = (api, calls) => {
      if (api === 'user/list' && calls === 12 + 6) mover.department = [1];
    };
    expect((await engine.sync(source)).counts['user']).toMatchObject({ seen: 59, removed: 1 });
  });

  test('a hint that comes while a delta reads waits for the next one; those of a failed delta go along', async () => {
    const { fake, source } = await corp('failing', { people: 20, departments: 3 });
    await engine.sync(source);
    await hint(source, 'user', 'failing0001');
    fake.faults.onCall = (api) => (api === 'user/get' ? hint(source, 'user', 'failing0001') : undefined);
    fake.faults.answers.push({ api: 'user/get', answer: { json: { errcode: 301002, errmsg: 'no' } }, times: 1 });
    const taskId = await queuedDelta(source);
    await expect(engine.sync(source, { mode: 'delta', taskId })).rejects.toMatchObject({ code: 'source_auth' });
    await database.db.prisma.syncTask.update({ where: { id: taskId }, data: { status: 'failed' } });
    fake.faults.onCall = () => undefined;
    await hint(source, 'user', 'failing0002');
    fake.members.get('failing0001')!.position = 'Chief';
    const next = await engine.sync(source, { mode: 'delta', taskId: await queuedDelta(source) });
    expect(next.counts['user']).toMatchObject({ seen: 2, updated: 1 });
    expect(await database.db.prisma.hint.count({ where: { sourceId: source.id, taskId: null } })).toBe(0);
  });

  test('a delta that ends before it reads keeps the hints, so that they do not call for another at once', async () => {
    const { source } = await corp('broken', { people: 1, departments: 1 });
    await hint(source, 'user', 'a');
    const taskId = await queuedDelta(source);
    await leaveHintsTo(database.db.prisma, taskId);
    expect(await database.db.prisma.hint.findMany({ where: { sourceId: source.id } })).toMatchObject([{ taskId }]);
    await hint(source, 'user', 'b');
    await leaveHintsTo(database.db.prisma, taskId);
    expect(await database.db.prisma.hint.count({ where: { sourceId: source.id, taskId: null } })).toBe(1);
  });

  test('R35: a dry run looks at the hints and leaves them', async () => {
    const { source } = await corp('dry', { people: 20, departments: 3 });
    await engine.sync(source);
    await hint(source, 'user', 'dry0001');
    const dry = await engine.sync(source, { mode: 'delta', dryRun: true });
    expect(dry.counts['user']).toMatchObject({ seen: 1 });
    expect(await database.db.prisma.hint.count({ where: { sourceId: source.id, taskId: null } })).toBe(1);
  });
});
