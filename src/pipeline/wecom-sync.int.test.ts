import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { memoryRateGovernor } from '../outbound/http-client/rate-governor.js';
import { createTokenCache } from '../outbound/http-client/token-cache.js';
import { wecomAdapter } from '../sources/wecom/wecom.adapter.js';
import { acceptHints, leaveHintsTo } from '../tasks/inbox/hint.store.js';
import type { SourceAdapter } from '../sources/source-adapter.js';
import { sourcesWithWaitingPushes } from '../tasks/inbox/waiting-pushes.store.js';
import { createEngine, type Engine, type TestSource } from '../testing/worlds/engine.js';
import { createFastClock } from '../testing/fast-clock.js';
import { type FakeWecom, type FakeWecomOptions, startFakeWecom } from '../testing/fakes/fake-wecom.js';
import { createTaskWorld } from '../testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';
import { fillWecom } from '../testing/fakes/wecom-company.js';

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
  name:
    | 'big'
    | 'slow'
    | 'wild'
    | 'hinted'
    | 'moving'
    | 'silent'
    | 'failing'
    | 'many'
    | 'aside'
    | 'longer'
    | 'poison'
    | 'twice'
    | 'broken'
    | 'dry'
    | 'renamed',
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
/** The task that was queued for the hints. */
const queuedDelta = async ({ id }: TestSource): Promise<string> =>
  (await database.db.prisma.syncTask.findFirstOrThrow({ where: { sourceId: id, mode: 'delta', status: 'queued' } })).id;
const isActive = async (username: string) =>
  (await database.db.prisma.user.findFirstOrThrow({ where: { username } })).active;

describe('5,000 people in 300 departments, under the limits of WeCom', () => {
  test('everyone comes with the fewest calls that the API allows, and a second sync changes nothing', async () => {
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

  test('R47: a person who moves during a full read is not counted as absent, and the next delta reads them', async () => {
    const { fake, source } = await corp('moving', { people: 60, departments: 12 });
    await engine.sync(source);
    const mover = fake.members.get('moving0011')!;
    expect(mover.department).toEqual([12]);
    fake.faults.onCall = async (api, calls) => {
      if (api !== 'user/list' || calls !== 13 + 6) return;
      // From a department that is not read yet into one that was read already.
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

  test('R30: without the hint the member whom no list had is looked up, keeps the account and moves at once', async () => {
    const { fake, source } = await corp('silent', { people: 60, departments: 12 });
    await engine.sync(source);
    expect(fake.calls.get('user/get')).toBeUndefined();
    const mover = fake.members.get('silent0011')!;
    fake.faults.onCall = (api, calls) => {
      if (api === 'user/list' && calls === 12 + 6) mover.department = [1];
      // A person who leaves after their list was read was seen; one who left before is looked up and absent.
      if (api === 'user/list' && calls === 12 + 1) fake.members.delete('silent0010');
    };
    const second = await engine.sync(source);
    expect(second.counts['user']).toMatchObject({ seen: 59, removed: 1 });
    expect(second.counts['membership']).toMatchObject({ created: 1 });
    expect([await isActive('silent0011'), await isActive('silent0010')]).toEqual([true, false]);
    expect(fake.calls.get('user/get')).toBe(2);
    fake.forgetCalls();
    expect((await engine.sync(source)).counts['user']).toMatchObject({ seen: 59, unchanged: 59 });
    expect(fake.calls.get('user/get')).toBeUndefined();
  });

  test('R30: of more members than may be looked up, the walk is done again; R31: the guard holds what stays missing', async () => {
    const { fake, source } = await corp('many', { people: 620, departments: 3 });
    await engine.sync(source);
    fake.forgetCalls();
    // Every list is empty once, as while a server restarts; the second walk has them all.
    const empty = { json: { errcode: 0, errmsg: 'ok', userlist: [] } };
    fake.faults.answers.push({ api: 'user/list', answer: empty, times: 3 });
    expect((await engine.sync(source)).counts['user']).toMatchObject({ seen: 620, unchanged: 620, removed: 0 });
    expect([fake.calls.get('user/list'), fake.calls.get('user/get')]).toEqual([6, undefined]);
    for (const key of [...fake.members.keys()].slice(10)) fake.members.delete(key);
    const held = await engine.sync(source);
    expect(held.end).toBe('held');
    expect(fake.calls.get('user/get')).toBeUndefined();
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

  test('a hint that can not be read is put aside and counted; the others apply, and it is read again by itself', async () => {
    const { fake, source } = await corp('aside', { people: 20, departments: 3 });
    await engine.sync(source);
    const waiting = () => database.db.prisma.hint.findMany({ where: { sourceId: source.id, taskId: null } });
    const odd = { json: { errcode: 40058, errmsg: 'invalid Request Parameter' } };
    const delta = async () => engine.sync(source, { mode: 'delta', taskId: await queuedDelta(source) });
    for (const id of ['aside0001', 'aside0002', 'aside0003']) await hint(source, 'user', id);
    fake.members.get('aside0001')!.position = 'Chief';
    fake.members.delete('aside0003');
    // In the order of the ids: the second call is about aside0002.
    fake.faults.onCall = (api, calls) =>
      void (api === 'user/get' && calls === 2 && fake.faults.answers.push({ api, answer: odd, times: 1 }));
    const first = await delta();
    expect([first.end, first.counts['user']]).toEqual([
      'partial',
      expect.objectContaining({ updated: 1, removed: 1, skipped: 1 }),
    ]);
    expect(await waiting()).toMatchObject([{ externalId: 'aside0002', attempts: 1, notBefore: expect.any(Date) }]);
    // No task is queued for it before its time, and no delta takes it.
    expect(await sourcesWithWaitingPushes(database.db.prisma, source.id)).toEqual([]);
    expect((await engine.sync(source, { mode: 'delta' })).counts['user']?.seen ?? 0).toBe(0);
    const soon = { notBefore: new Date(Date.now() - 1) };
    await database.db.prisma.hint.updateMany({ where: { sourceId: source.id, taskId: null }, data: soon });
    expect(await sourcesWithWaitingPushes(database.db.prisma, source.id)).toEqual([source.id]);
    fake.members.get('aside0002')!.position = 'Second';
    const again = await engine.sync(source, { mode: 'delta' });
    expect([again.end, again.counts['user']]).toEqual(['succeeded', expect.objectContaining({ seen: 1, updated: 1 })]);
    expect(await waiting()).toEqual([]);
  });

  test('a hint that was put aside waits longer each time, counts as new when it is named again, and a full read clears it', async () => {
    const { fake, source } = await corp('longer', { people: 20, departments: 3 });
    await engine.sync(source);
    const odd = { json: { errcode: 40058, errmsg: 'invalid Request Parameter' } };
    fake.faults.answers.push({ api: 'user/get', answer: odd, times: Infinity });
    const rows = { where: { sourceId: source.id, taskId: null } };
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await hint(source, 'user', 'longer0001');
      expect(await database.db.prisma.hint.findMany(rows)).toMatchObject([{ attempts: attempt - 1, notBefore: null }]);
      const begin = Date.now();
      await engine.sync(source, { mode: 'delta', taskId: await queuedDelta(source) });
      const [aside] = await database.db.prisma.hint.findMany(rows);
      expect(aside).toMatchObject({ externalId: 'longer0001', attempts: attempt });
      waits.push(Math.round(((aside?.notBefore?.getTime() ?? 0) - begin) / 60_000));
    }
    expect(waits).toEqual([1, 4, 16]);
    expect((await engine.sync(source)).end).toBe('succeeded');
    expect(await database.db.prisma.hint.count(rows)).toBe(0);
  });

  test('a hint that makes the adapter fail for good is found among the others, and they apply', async () => {
    const { fake, source } = await corp('poison', { people: 20, departments: 3 });
    await engine.sync(source);
    const failing: SourceAdapter = {
      ...(adapter as SourceAdapter),
      type: 'poisoned',
      async *read(request, context) {
        if (request.hints?.some(({ externalId }) => externalId === 'poison0002'))
          throw new TypeError('no such key: secret');
        yield* (adapter as SourceAdapter).read(request, context);
      },
    };
    const poisoned = createEngine(database.db, { adapters: [failing] });
    await database.db.prisma.source.update({ where: { id: source.id }, data: { type: 'poisoned' } });
    for (const at of [1, 2, 3, 4, 5]) await hint(source, 'user', `poison000${at}`);
    for (const at of [1, 3, 5]) fake.members.get(`poison000${at}`)!.position = 'Chief';
    const delta = await poisoned.sync(source, { mode: 'delta', taskId: await queuedDelta(source) });
    expect([delta.end, delta.counts['user']]).toEqual(['partial', expect.objectContaining({ updated: 3, skipped: 1 })]);
    const left = await database.db.prisma.hint.findMany({ where: { sourceId: source.id, taskId: null } });
    expect(left).toMatchObject([{ externalId: 'poison0002', attempts: 1 }]);
    const [line] = await database.db.prisma.change.findMany({ where: { taskId: delta.taskId, action: 'skip' } });
    expect(line).toMatchObject({ externalId: 'poison0002', code: 'hint_unreadable' });
    expect(line?.message).not.toContain('secret');
  });

  test('R47: a hint that waited before a full read began counts anew when it is named again meanwhile', async () => {
    const { fake, source } = await corp('twice', { people: 60, departments: 12 });
    await engine.sync(source);
    await hint(source, 'user', 'twice0011');
    const mover = fake.members.get('twice0011')!;
    fake.faults.onCall = async (api, calls) => {
      if (api !== 'user/list' || calls !== 12 + 6) return;
      mover.department = [1];
      await hint(source, 'user', 'twice0011');
    };
    expect((await engine.sync(source)).counts['user']).toMatchObject({ seen: 59, removed: 0 });
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

describe('a userid that the company changes', () => {
  test.each(['email', 'username'])('R10: the account stays where the match key %s leads to it', async (key) => {
    await database.reset();
    const { fake, source } = await corp('renamed', { people: 20, departments: 4 });
    await database.db.prisma.source.update({ where: { id: source.id }, data: { matchKeys: [key] } });
    // The username of a WeCom person is the userid: a changed one matches no user.
    await engine.sync(source);
    const known = (externalId: string) =>
      database.db.prisma.knownRecord.findFirst({ where: { sourceId: source.id, externalId, removedAt: null } });
    const { targetId: id } = (await known('renamed0007')) ?? (await known('Renamed0007'))!;
    const old = [...fake.members.entries()].find(([name]) => name.toLowerCase() === 'renamed0007')!;
    fake.members.delete(old[0]);
    fake.members.set('zhangsan', { ...old[1], userid: 'zhangsan' });
    const { end, counts } = await engine.sync(source);
    expect(end).toBe('succeeded');
    const moved = key === 'email';
    expect(counts['user']).toMatchObject(moved ? { linked: 1, removed: 0, created: 0 } : { removed: 1, created: 1 });
    expect(await known('zhangsan')).toMatchObject(moved ? { targetId: id } : {});
    const { active } = await database.db.prisma.user.findUniqueOrThrow({ where: { id } });
    expect(active).toBe(moved);
  });
});
