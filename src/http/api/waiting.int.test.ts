import type { ApiClient } from '../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../testing/worlds/api-harness.js';
import { createEngine, type Engine, fullRead, type TestSource } from '../../testing/worlds/engine.js';
import { recordsMessage } from '../../testing/fakes/scripted-adapter.js';

/** R20, R23: what waits for a record that is not there is visible, at the person, the department and the task. */
let api: ApiHarness;
let viewer: ApiClient;
let engine: Engine;
let source: TestSource;
beforeAll(async () => {
  api = await startApi();
  engine = createEngine(api.database.db);
});
beforeEach(async () => {
  await api.database.reset();
  viewer = await api.as('viewer');
  source = await engine.addSource('hr');
});
afterAll(() => api.stop());

type Row = Readonly<Record<string, unknown>>;
const prisma = () => api.database.db.prisma;

async function read(records: Readonly<Record<string, readonly Row[]>>, options = {}) {
  source.script.full = fullRead(records);
  return engine.sync(source, options);
}
const targetOf = async (kind: string, externalId: string) =>
  (await prisma().knownRecord.findFirstOrThrow({ where: { kind, externalId } })).targetId;
const waitingOfUser = async (uid: string) =>
  ((await viewer.get(`/users/${await targetOf('user', uid)}`)).body as { waiting: unknown }).waiting;
const waitingOfDepartment = async (uid: string) =>
  ((await viewer.get(`/departments/${await targetOf('department', uid)}`)).body as { waiting: unknown }).waiting;

const people = {
  department: [
    { uid: 'd', title: 'D' },
    { uid: 'low', title: 'Low', parentUid: 'top' },
  ],
  user: [
    { uid: 'a', departments: ['d', 'later', 'never'], managerUid: 'boss' },
    { uid: 'b', departments: ['d'] },
  ],
};
const waits = (field: string, kind: string, externalId: string) => ({ source: 'hr', field, kind, externalId });

test('R23: a person shows the departments and the manager that wait; nothing where nothing waits', async () => {
  await read(people);
  expect(await waitingOfUser('a')).toEqual([
    waits('departments', 'department', 'later'),
    waits('departments', 'department', 'never'),
    waits('managerUid', 'user', 'boss'),
  ]);
  expect(await waitingOfUser('b')).toEqual([]);
});

test('R20: a department shows the parent that waits, in the list too', async () => {
  await read(people);
  expect(await waitingOfDepartment('low')).toEqual([waits('parentUid', 'department', 'top')]);
  expect(await waitingOfDepartment('d')).toEqual([]);
  const { items } = (await viewer.get('/departments')).body as { items: { title: string; waiting: unknown[] }[] };
  expect(items.map(({ title, waiting }) => [title, waiting.length])).toEqual([
    ['D', 0],
    ['Low', 1],
  ]);
});

test('R20, R23: what arrives waits no more', async () => {
  await read(people);
  await read({
    ...people,
    department: [...people.department, { uid: 'later', title: 'L' }, { uid: 'top', title: 'T' }],
  });
  expect(await waitingOfUser('a')).toEqual([
    waits('departments', 'department', 'never'),
    waits('managerUid', 'user', 'boss'),
  ]);
  expect(await waitingOfDepartment('low')).toEqual([]);
});

test('R23: of two sources each says what it waits for; an ended link waits for nothing', async () => {
  const crm = await engine.addSource('crm', { matchKeys: ['username'] });
  await read({ user: [{ uid: 'a', username: 'ann', departments: ['x'] }, { uid: 'z' }] });
  crm.script.full = fullRead({ user: [{ uid: 'c', username: 'ann', departments: ['y'] }] });
  await engine.sync(crm);
  expect(await waitingOfUser('a')).toEqual([
    { ...waits('departments', 'department', 'y'), source: 'crm' },
    waits('departments', 'department', 'x'),
  ]);
  await read({ user: [{ uid: 'z' }] });
  expect(await waitingOfUser('c')).toEqual([{ ...waits('departments', 'department', 'y'), source: 'crm' }]);
});

describe('R20, R23: a task counts the references that wait', () => {
  const countsOf = async (taskId: string) => {
    const { counts } = (await viewer.get(`/tasks/${taskId}`)).body as { counts: Record<string, { waiting: number }> };
    return [counts['department']!.waiting, counts['user']!.waiting, counts['membership']!.waiting];
  };

  test('the first full read, the same again, and a dry run', async () => {
    const dry = await read(people, { dryRun: true });
    expect(await countsOf(dry.taskId)).toEqual([1, 3, 0]);
    const first = await read(people);
    expect(await countsOf(first.taskId)).toEqual([1, 3, 0]);
    const again = await read(people);
    expect(again.counts['user']).toMatchObject({ unchanged: 2, waiting: 3 });
    expect(await countsOf(again.taskId)).toEqual([1, 3, 0]);
    const after = await read(
      { ...people, department: [...people.department, { uid: 'later', title: 'L' }] },
      { dryRun: true },
    );
    expect(await countsOf(after.taskId)).toEqual([1, 2, 0]);
  });

  test('a delta counts its own', async () => {
    await read(people);
    source.script.delta = [recordsMessage('user', [{ uid: 'b', departments: ['d', 'nowhere'] }])];
    const { taskId } = await engine.sync(source, { mode: 'delta' });
    expect(await countsOf(taskId)).toEqual([0, 1, 0]);
    source.script.delta = [recordsMessage('user', [{ uid: 'b', departments: ['d'] }])];
    expect(await countsOf((await engine.sync(source, { mode: 'delta' })).taskId)).toEqual([0, 0, 0]);
  });
});
