import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { dingtalkAdapter } from '../sources/dingtalk/dingtalk.adapter.js';
import { feishuAdapter } from '../sources/feishu/feishu.adapter.js';
import type { SourceAdapter } from '../sources/source-adapter.js';
import { acceptHints } from '../tasks/inbox/hint.store.js';
import { createEngine, type Engine, type TestSource } from '../testing/worlds/engine.js';
import { DINGTALK_APP, FakeDingtalk } from '../testing/fakes/fake-dingtalk.js';
import { FakeFeishu, FEISHU_APP } from '../testing/fakes/fake-feishu.js';
import type { FakeAnswer } from '../testing/fakes/fake-http.js';
import type { FakeCall, FakeHttpApi } from '../testing/fakes/fake-http-api.js';
import { createJsonWorld } from '../testing/worlds/json-world.js';
import { createTaskWorld } from '../testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

const world = createJsonWorld();
let database: TestDatabase;
let engine: Engine;

beforeAll(async () => {
  database = await createTestDatabase();
  const adapters = [dingtalkAdapter(world), feishuAdapter(world)] as SourceAdapter[];
  engine = createEngine(database.db, { adapters });
});
afterAll(() => database.drop());
const running: Suite[] = [];
afterEach(async () => {
  for (const suite of running.splice(0)) await suite.close();
});

/** A suite with a company, and changes of it. Departments are numbered from 1 to n. */
interface Suite {
  readonly api: FakeHttpApi;
  readonly config: object;
  /** The call that lists the members of a department. */
  readonly listCall: string;
  /** The call that lists the departments below one. */
  readonly childrenCall: string;
  /** The answer to it without that department; null = unchanged. */
  without(call: FakeCall, departmentId: string): FakeAnswer | null;
  departmentId(at: number): string;
  addDepartment(at: number, under: number): void;
  addUser(id: string, departments: readonly number[]): void;
  move(id: string, department: number): void;
  leave(id: string): void;
  rename(department: number, name: string): void;
  /** Members of each list that is read, the root's too. */
  listSizes(): readonly number[];
  /** The minimum number of calls for a full read: those for departments, and the pages of each list. */
  fewestCalls(pages: (size: number) => number): number;
  readonly pageSize: number;
  /** Of 12 departments, the one whose members are listed last. */
  readonly lastListed: number;
  close(): Promise<void>;
}

async function feishu(): Promise<Suite> {
  const fake = await FakeFeishu.start({ now: () => world.clock.now() });
  const { tenant } = fake;
  const id = (at: number) => `od-${at}`;
  const listSizes = () => ['0', ...tenant.departments.keys()].map((one) => tenant.directMembers(one).length);
  return {
    ...{ api: fake.api, listSizes, pageSize: 50, lastListed: 10, listCall: 'users/find_by_department' },
    childrenCall: 'departments/children',
    without: (call, lost) => fake.answerWithout(call, lost),
    config: { ...FEISHU_APP, baseUrl: fake.api.url },
    departmentId: id,
    addDepartment: (at, under) => void tenant.addDepartment(id(at), `Department ${at}`, under === 0 ? '0' : id(under)),
    addUser: (user, departments) => void tenant.addUser(user, departments.map(id), { email: `${user}@example.com` }),
    move: (user, at) => {
      tenant.users.get(user)!.departments = [{ id: id(at), order: 1, primary: true }];
    },
    leave: (user) => void tenant.users.delete(user),
    rename: (at, name) => {
      tenant.departments.get(id(at))!.name = name;
    },
    // A token, the whole tree in pages of 50, and the lists.
    fewestCalls: (pages) => 1 + Math.ceil(tenant.departments.size / 50) + sum(listSizes().map(pages)),
    close: () => fake.close(),
  };
}

async function dingtalk(): Promise<Suite> {
  const fake = await FakeDingtalk.start({ now: () => world.clock.now(), callsPerSecond: 20 });
  const { company } = fake;
  const id = (at: number) => at + 1;
  const listSizes = () => [...company.departments.keys()].map((one) => company.directMembers(one).length);
  return {
    ...{ api: fake.api, listSizes, pageSize: 100, lastListed: 12, listCall: 'user/list' },
    childrenCall: 'department/listsub',
    without: (call, lost) => fake.answerWithout(call, lost),
    config: { ...DINGTALK_APP, baseUrl: fake.api.url, newBaseUrl: fake.api.url },
    departmentId: (at) => String(id(at)),
    addDepartment: (at, under) => void company.addDepartment(id(at), `Department ${at}`, id(under)),
    addUser: (user, departments) => void company.addUser(user, departments.map(id), { email: `${user}@example.com` }),
    move: (user, at) => {
      company.users.get(user)!.departments = [{ id: id(at), order: 1, leader: false }];
    },
    leave: (user) => void company.users.delete(user),
    rename: (at, name) => {
      company.departments.get(id(at))!.name = name;
    },
    // A token; each department's children, and its order and managers; and the lists.
    fewestCalls: (pages) => 1 + 2 * company.departments.size + sum(listSizes().map(pages)),
    close: () => fake.close(),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Three levels; each person in one department, every tenth in three. */
function fill(
  suite: Suite,
  { people, departments, word }: { people: number; departments: number; word: string },
): void {
  for (let at = 1; at <= departments; at += 1) {
    suite.addDepartment(at, at <= 10 ? 0 : at <= 60 ? (at % 10) + 1 : (at % 50) + 11);
  }
  for (let at = 1; at <= people; at += 1) {
    const first = (at % departments) + 1;
    const others = [((at * 7) % departments) + 1, ((at * 13) % departments) + 1];
    const places = at % 10 === 0 ? [first, ...others] : [first];
    suite.addUser(`${word}${String(at).padStart(4, '0')}`, [...new Set(places)]);
  }
}

async function open(
  start: () => Promise<Suite>,
  { type, word, ...size }: { type: string; word: string; people: number; departments: number },
) {
  const suite = await start();
  running.push(suite);
  fill(suite, { ...size, word });
  const source = await engine.addSource(word, { type, config: suite.config, guard: {} });
  return { suite, source };
}

const hint = ({ id: sourceId }: TestSource, kind: string, externalId: string) =>
  acceptHints(createTaskWorld(database.db).deps, { sourceId, hints: [{ kind, externalId }], needsFull: false });
/** The task that was queued for the hints. */
const queuedDelta = async ({ id }: TestSource): Promise<string> =>
  (await database.db.prisma.syncTask.findFirstOrThrow({ where: { sourceId: id, mode: 'delta', status: 'queued' } })).id;
const isActive = async (username: string) =>
  (await database.db.prisma.user.findFirstOrThrow({ where: { username } })).active;

describe.each([
  ['feishu', feishu],
  ['dingtalk', dingtalk],
] as const)('%s', (type, start) => {
  test('5,000 people in 300 departments come with the fewest calls that the API allows, and none is throttled', async () => {
    const { suite, source } = await open(start, { type, word: `${type}big`, people: 5_000, departments: 300 });
    const begin = world.clock.now();
    const first = await engine.sync(source);
    expect(first.end).toBe('succeeded');
    expect(first.counts['user']).toMatchObject({ seen: 5_000, created: 5_000, skipped: 0, failed: 0 });
    // DingTalk's root is a department.
    const departments = type === 'dingtalk' ? 301 : 300;
    expect(first.counts['department']).toMatchObject({ seen: departments, created: departments, skipped: 0 });
    const fewest = suite.fewestCalls((size) => Math.max(1, Math.ceil(size / suite.pageSize)));
    const calls = suite.api.count();
    const seconds = Math.round((world.clock.now() - begin) / 1_000);
    process.stdout.write(
      `${type}: ${calls} calls for 5,000 people in 300 departments; the fewest are ${fewest}; ${seconds} s under its limits\n`,
    );
    expect(calls).toBeLessThanOrEqual(Math.floor(fewest * 1.05));
    const second = await engine.sync(source);
    expect(second.counts['user']).toMatchObject({ seen: 5_000, unchanged: 5_000, updated: 0, removed: 0 });
    expect(second.counts['department']).toMatchObject({ seen: departments, unchanged: departments, updated: 0 });
  });

  test('one moved, one left, one department renamed: a delta of what was hinted, and nothing else is touched', async () => {
    const { suite, source } = await open(start, { type, word: `${type}hint`, people: 60, departments: 12 });
    const [mover, leaver] = [`${type}hint0007`, `${type}hint0008`];
    await engine.sync(source);
    suite.move(mover, 3);
    suite.leave(leaver);
    suite.rename(5, `Renamed ${type}`);
    for (const id of [mover, leaver, mover]) await hint(source, 'user', id);
    await hint(source, 'department', suite.departmentId(5));
    const delta = await engine.sync(source, { mode: 'delta', taskId: await queuedDelta(source) });
    expect(delta.end).toBe('succeeded');
    expect(delta.counts['user']).toMatchObject({ removed: 1 });
    expect(delta.counts['membership']).toMatchObject({ created: 1, removed: 2 });
    expect(delta.counts['department']).toMatchObject({ seen: 1, updated: 1 });
    expect(await database.db.prisma.department.count({ where: { title: `Renamed ${type}` } })).toBe(1);
    expect(await isActive(leaver)).toBe(false);
    const full = await engine.sync(source);
    expect(full.counts['user']).toMatchObject({ seen: 59, unchanged: 59, updated: 0, removed: 0 });
  });

  test('R47: a person who moves during a full read is not counted as absent, and the next delta reads them', async () => {
    const { suite, source } = await open(start, { type, word: `${type}move`, people: 60, departments: 12 });
    const mover = `${type}move${String(suite.lastListed - 1).padStart(4, '0')}`;
    await engine.sync(source);
    suite.api.forget();
    suite.api.fail({
      api: suite.listCall,
      after: 6,
      times: 1,
      trouble: async () => {
        // From the department that is not read yet into the first, which was read already.
        suite.move(mover, 1);
        await hint(source, 'user', mover);
        return null;
      },
    });
    const full = await engine.sync(source);
    expect(full.counts['user']).toMatchObject({ seen: 59, removed: 0 });
    expect(await isActive(mover)).toBe(true);
    const delta = await engine.sync(source, { mode: 'delta', taskId: await queuedDelta(source) });
    expect(delta.counts['user']).toMatchObject({ seen: 1, removed: 0 });
    expect(delta.counts['membership']).toMatchObject({ created: 1, removed: 1 });
  });

  test('R30: without a hint, the person whom no list had is looked up and keeps the account; who left is gone', async () => {
    const { suite, source } = await open(start, { type, word: `${type}mute`, people: 60, departments: 12 });
    const id = (at: number) => `${type}mute${String(at).padStart(4, '0')}`;
    const mover = id(suite.lastListed - 1);
    await engine.sync(source);
    expect(suite.api.count('user/get') + suite.api.count('users/get')).toBe(0);
    suite.leave(id(7));
    suite.api.forget();
    suite.api.fail({
      api: suite.listCall,
      after: 6,
      times: 1,
      trouble: () => {
        suite.move(mover, 1);
        return null;
      },
    });
    const full = await engine.sync(source);
    expect(full.counts['user']).toMatchObject({ seen: 59, removed: 1, skipped: 0 });
    expect(full.counts['membership']).toMatchObject({ created: 1 });
    expect([await isActive(mover), await isActive(id(7))]).toEqual([true, false]);
    expect(suite.api.count('user/get') + suite.api.count('users/get')).toBe(2);
    suite.api.forget();
    expect((await engine.sync(source)).counts['user']).toMatchObject({ seen: 59, unchanged: 59 });
    expect(suite.api.count('user/get') + suite.api.count('users/get')).toBe(0);
  });

  test('R30: a department that moves behind the walk, with all who are in it, is looked up and stays', async () => {
    const { suite, source } = await open(start, { type, word: `${type}tree`, people: 60, departments: 12 });
    await engine.sync(source);
    const lost = suite.departmentId(12);
    // No list of children has it, as when it moves under a parent that was read already.
    suite.api.fail({ api: suite.childrenCall, trouble: (call) => suite.without(call, lost) });
    const full = await engine.sync(source);
    expect(full.counts['department']).toMatchObject({ removed: 0, unchanged: 12 + Number(type === 'dingtalk') });
    expect(full.counts['user']).toMatchObject({ seen: 60, unchanged: 60, removed: 0 });
  });
});
