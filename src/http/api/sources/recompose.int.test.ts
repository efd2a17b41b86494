import type { ApiClient } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { createEngine, type Engine, fullRead, type TestSource } from '../../../testing/worlds/engine.js';
import { claimTask } from '../../../tasks/life/claim-task.store.js';

/** R13, R24: a new priority and the deletion of a source take effect on shared users at once, by a task. */
let api: ApiHarness;
let admin: ApiClient;
let engine: Engine;
let sources: Record<'hr' | 'crm' | 'erp', TestSource>;
beforeAll(async () => {
  api = await startApi();
  engine = createEngine(api.database.db);
});
beforeEach(async () => {
  await api.database.reset();
  api.rung.length = 0;
  admin = await api.as('admin');
  const add = (name: string, priority: number) => engine.addSource(name, { matchKeys: ['username'], priority });
  sources = { hr: await add('hr', 2), crm: await add('crm', 1), erp: await add('erp', 0) };
});
afterAll(() => api.stop());

type Row = Readonly<Record<string, unknown>>;

const prisma = () => api.database.db.prisma;
async function read(name: keyof typeof sources, ...user: readonly Row[]): Promise<void> {
  const department = [{ uid: name, title: name }];
  sources[name].script.full = fullRead({ department, user: [{ uid: `only-${name}` }, ...user] });
  expect((await engine.sync(sources[name])).end).toBe('succeeded');
}
const ann = async () => {
  const user = await prisma().user.findFirstOrThrow({
    where: { usernameKey: 'ann' },
    include: { mainDepartment: true },
  });
  const { title, email, phone, active, attributes, mainDepartment } = user;
  return { title, email, phone, active, attributes, main: mainDepartment?.title ?? null };
};

/** Runs the tasks that the API queued, as a worker would. @returns how they ended. */
async function work(): Promise<readonly string[]> {
  const tasks = await prisma().syncTask.findMany({ where: { status: 'queued' }, orderBy: { queuedAt: 'asc' } });
  expect([...api.rung].sort()).toEqual(tasks.map(({ id }) => id).sort());
  const ends: string[] = [];
  for (const { id, sourceId } of tasks) {
    const source = Object.values(sources).find((one) => one.id === sourceId);
    ends.push((await engine.sync(source!, { taskId: id })).end);
  }
  return ends;
}

async function shared(): Promise<void> {
  const main = (name: string) => ({ departments: [{ uid: name, isMain: true }] });
  await read('hr', {
    uid: 'h',
    username: 'ann',
    title: 'by hr',
    email: 'ann@hr.com',
    attributes: { badge: 'hr' },
    ...main('hr'),
  });
  await read('crm', {
    uid: 'c',
    username: 'ann',
    title: 'by crm',
    phone: '+49301111111',
    attributes: { badge: 'crm', region: 'north' },
    ...main('crm'),
  });
  await read('erp', {
    uid: 'e',
    username: 'ann',
    title: 'by erp',
    email: 'ann@erp.com',
    phone: '+49302222222',
    ...main('erp'),
  });
  expect(await ann()).toMatchObject({ title: 'by hr', email: 'ann@hr.com', phone: '+49301111111', main: 'hr' });
}

describe('R13: a new priority', () => {
  test.each([
    [
      'the lowest becomes the highest',
      'erp',
      9,
      { title: 'by erp', email: 'ann@erp.com', phone: '+49302222222', main: 'erp' },
    ],
    [
      'the middle one becomes the highest',
      'crm',
      9,
      { title: 'by crm', email: 'ann@hr.com', main: 'crm', attributes: { badge: 'crm', region: 'north' } },
    ],
    [
      'the highest becomes the lowest',
      'hr',
      -9,
      { title: 'by crm', email: 'ann@erp.com', phone: '+49301111111', main: 'crm' },
    ],
    ['of equal ones the name decides', 'crm', 2, { title: 'by crm', main: 'crm' }],
    ['nothing is overtaken', 'hr', 100, { title: 'by hr', email: 'ann@hr.com', main: 'hr' }],
  ] as const)('%s', async (_name, source, priority, wanted) => {
    await shared();
    expect((await admin.patch(`/sources/${source}`, { priority })).status).toBe(200);
    expect(await work()).toEqual(['succeeded']);
    expect(await ann()).toMatchObject(wanted);
    const task = await prisma().syncTask.findFirstOrThrow({ where: { mode: 'recompose' } });
    expect(task.requestedBy).toMatch(/^key:/);
    const seen = await admin.get(`/tasks/${task.id}`);
    expect(seen.body).toMatchObject({ mode: 'recompose', source, counts: { user: { seen: 1 } } });
  });

  test('the same priority, another field, or a source that shares no user: no task', async () => {
    await shared();
    await admin.patch('/sources/hr', { priority: 2 });
    await admin.patch('/sources/hr', { title: 'HR', matchKeys: ['email'] });
    await engine.addSource('alone');
    await admin.patch('/sources/alone', { priority: 5 });
    expect(await prisma().syncTask.count({ where: { status: 'queued' } })).toBe(0);
  });

  test('twice before a worker comes: one task, the last word counts', async () => {
    await shared();
    await admin.patch('/sources/erp', { priority: 9 });
    await admin.patch('/sources/erp', { priority: -1 });
    expect(await prisma().syncTask.count({ where: { status: 'queued' } })).toBe(1);
    api.rung.pop();
    expect(await work()).toEqual(['succeeded']);
    expect(await ann()).toMatchObject({ title: 'by hr' });
  });

  test('of a disabled source counts too, and a worker takes the task', async () => {
    await shared();
    await admin.patch('/sources/erp', { enabled: false, priority: 9 });
    const { id } = await prisma().syncTask.findFirstOrThrow({ where: { status: 'queued' } });
    expect(await claimTask({ db: api.database.db }, { taskId: id, worker: 'w' })).toMatchObject({ claimed: true });
    await engine.sync(sources.erp, { taskId: id });
    expect(await ann()).toMatchObject({ title: 'by erp' });
  });

  test('a lock by hand and what only one source says stay', async () => {
    await shared();
    await prisma().user.updateMany({ where: { usernameKey: 'ann' }, data: { active: false, lockedAt: new Date() } });
    await admin.patch('/sources/erp', { priority: 9 });
    await work();
    expect(await ann()).toMatchObject({ title: 'by erp', active: false, attributes: { badge: 'hr', region: 'north' } });
  });

  test('a plan that moves many values is held, and can be undone', async () => {
    for (const name of ['hr', 'crm'] as const) {
      const people = Array.from({ length: 30 }, (_, at) => ({
        uid: `${name}${at}`,
        username: `u${at}`,
        email: `u${at}@${name}.com`,
      }));
      await read(name, ...people);
    }
    await admin.patch('/sources/crm', { priority: 9 });
    expect(await work()).toEqual(['held']);
    const task = await prisma().syncTask.findFirstOrThrow({ where: { mode: 'recompose' } });
    const { planHash } = task.held as { planHash: string };
    expect((await engine.sync(sources.crm, { taskId: task.id, approve: planHash })).end).toBe('succeeded');
    expect(await prisma().user.count({ where: { emailKey: { endsWith: '@crm.com' } } })).toBe(30);
    const undone = await engine.sync(sources.crm, { undoes: task.id });
    const { planHash: again } = (undone.task.held ?? {}) as { planHash?: string };
    if (again) await engine.sync(sources.crm, { taskId: undone.taskId, approve: again });
    expect(await prisma().user.count({ where: { emailKey: { endsWith: '@hr.com' } } })).toBe(30);
  });
});

describe('R13: the deletion of a source', () => {
  test.each([
    ['with its records', 'deactivate', true],
    ['with its records, policy delete', 'delete', true],
    ['with its records, policy keep', 'keep', true],
    ['alone', 'deactivate', false],
  ] as const)('%s: the next source takes over at once', async (_name, removal, removeRecords) => {
    await shared();
    await admin.patch('/sources/hr', { removal });
    const { status } = await admin.delete(`/sources/hr?confirm=hr&removeRecords=${removeRecords}`);
    expect(status).toBe(removeRecords ? 202 : 204);
    expect(await work()).toEqual(['succeeded']);
    expect(await ann()).toMatchObject({
      title: 'by crm',
      email: 'ann@erp.com',
      phone: '+49301111111',
      active: true,
      attributes: { badge: 'crm', region: 'north' },
      main: 'crm',
    });
  });

  test('whom only the deleted source called inactive is in force again', async () => {
    await read('hr', { uid: 'h', username: 'ann', active: false });
    await read('crm', { uid: 'c', username: 'ann' });
    expect(await ann()).toMatchObject({ active: false });
    await admin.delete('/sources/hr?confirm=hr&removeRecords=true');
    await work();
    expect(await ann()).toMatchObject({ active: true });
  });

  test.each([
    [true, ['succeeded']],
    [false, ['succeeded', 'succeeded']],
  ])('users of two heirs, removeRecords=%s: what no other source supplies stays', async (removeRecords, ends) => {
    await read(
      'hr',
      { uid: 'h', username: 'ann', title: 'by hr', nickname: 'Ann' },
      { uid: 'b', username: 'bo', title: 'by hr' },
    );
    await read('crm', { uid: 'c', username: 'ann', title: 'by crm' });
    await read('erp', { uid: 'e', username: 'bo', title: 'by erp' });
    await admin.delete(`/sources/hr?confirm=hr&removeRecords=${removeRecords}`);
    expect(await work()).toEqual(ends);
    const users = await prisma().user.findMany({
      where: { username: { in: ['ann', 'bo'] } },
      orderBy: { username: 'asc' },
    });
    expect(users).toMatchObject([{ title: 'by crm', nickname: 'Ann' }, { title: 'by erp' }]);
  });

  test('no user shared: no task', async () => {
    await read('hr', { uid: 'h', username: 'ann' });
    await admin.delete('/sources/hr?confirm=hr');
    expect(await prisma().syncTask.count({ where: { status: 'queued' } })).toBe(0);
  });
});

test('R13: a held recompose is not superseded by a full read, which does not do its work', async () => {
  await shared();
  await admin.patch('/sources/erp', { priority: 9 });
  const task = await prisma().syncTask.findFirstOrThrow({ where: { mode: 'recompose' } });
  const held = { reasons: [], planHash: 'x', expiresAt: new Date(Date.now() + 60_000).toISOString() };
  await prisma().syncTask.update({ where: { id: task.id }, data: { status: 'held', held } });
  const full = await prisma().syncTask.create({
    data: {
      ...{ id: crypto.randomUUID(), batch: 'f', sourceId: sources.erp.id },
      trigger: 'manual',
      mode: 'full',
      status: 'queued',
    },
  });
  expect(await claimTask({ db: api.database.db }, { taskId: full.id, worker: 'w' })).toMatchObject({ claimed: true });
  expect((await prisma().syncTask.findUniqueOrThrow({ where: { id: task.id } })).status).toBe('held');
});
