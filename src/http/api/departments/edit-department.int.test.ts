import type { ApiClient } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { createEngine, type Engine, fullRead, type TestSource } from '../../../testing/worlds/engine.js';
import { editByHand, HAND } from '../../../testing/worlds/hand-edits.js';
import { treeFaults } from '../../../testing/look.js';
import { departmentDetailSchema } from './department-view.js';

let api: ApiHarness;
let admin: ApiClient;
let engine: Engine;
let hr: TestSource;

beforeAll(async () => {
  api = await startApi();
  engine = createEngine(api.database.db);
});
beforeEach(async () => {
  await api.database.reset();
  admin = await api.as('admin');
  hr = await engine.addSource('hr');
  await say();
});
afterEach(async () => expect(await treeFaults(api.database.db)).toEqual([]));
afterAll(() => api.stop());

const DEPARTMENTS = [
  { uid: 'top', title: 'Top', parentUid: null },
  { uid: 'sales', title: 'Sales', parentUid: 'top', order: 1, cost: 10 },
  { uid: 'north', title: 'North', parentUid: 'sales' },
];

async function say(departments: readonly Readonly<Record<string, unknown>>[] = DEPARTMENTS) {
  hr.script.full = fullRead({ department: departments, user: [] });
  return engine.sync(hr);
}
const change = (uid: string, more: object) => DEPARTMENTS.map((one) => (one.uid === uid ? { ...one, ...more } : one));

async function idOf(uid: string): Promise<string> {
  const where = { sourceId_kind_externalId: { sourceId: hr.id, kind: 'department', externalId: uid } };
  return (await api.database.db.prisma.knownRecord.findUniqueOrThrow({ where })).targetId;
}
const edit = async (uid: string, body: object) =>
  editByHand({ api, engine, caller: admin }, `/departments/${await idOf(uid)}`, body);
const read = async (uid: string) =>
  (await admin.get(`/departments/${await idOf(uid)}?removed=true`)).body as Readonly<Record<string, unknown>>;

test('R51: an edited title, order and custom field keep their values until they are released', async () => {
  const fields = { title: 'Revenue', order: 5, attributes: { cost: 11 } };
  const { status, body } = await edit('sales', { fields });
  expect([status, body.problems]).toEqual([200, []]);
  expect(departmentDetailSchema.parse(body)).toMatchObject({ ...fields, suppliedBy: { title: { source: 'manual' } } });
  for (const departments of [DEPARTMENTS, change('sales', { title: 'Selling', order: 2, cost: 12 })]) {
    expect((await say(departments)).end).toBe('succeeded');
    expect(await read('sales')).toMatchObject(fields);
  }
  const reset = await edit('sales', { release: ['title', 'order', 'attributes.cost'] });
  expect(reset.body).toMatchObject({ title: 'Selling', order: 2, attributes: { cost: 12 } });
  expect(reset.body.suppliedBy.title).toEqual({ source: 'hr' });
});

test('R51: an edited parent moves the department, and the source moves it no more until the release', async () => {
  const top = await idOf('top');
  const { body } = await edit('north', { fields: { parentId: top } });
  expect([body.parentId, body.suppliedBy.parentId]).toEqual([top, { source: 'manual' }]);
  await say(change('north', { parentUid: 'sales', title: 'Far north' }));
  expect(await read('north')).toMatchObject({ title: 'Far north', parentId: top });
  expect((await edit('north', { fields: { parentId: null } })).body.parentId).toBeNull();
  await say(change('north', { parentUid: 'top' }));
  expect((await read('north')).parentId).toBeNull();
  expect((await edit('north', { release: ['parentId'] })).body.parentId).toBe(top);
});

test('R20, R51: an edit that closes a circle is refused, and nothing of the tree changes', async () => {
  const { status, body, run } = await edit('sales', { fields: { parentId: await idOf('north') } });
  expect([status, body.code, run?.end]).toEqual([422, 'cycle', 'partial']);
  expect((await read('sales')).parentId).toBe(await idOf('top'));
});

test('R21, R51: a department under one that was named by hand becomes a root when that one is removed', async () => {
  await say([...DEPARTMENTS, { uid: 'side', title: 'Side', parentUid: null }]);
  await edit('side', { fields: { parentId: await idOf('north') } });
  await say([...DEPARTMENTS.slice(0, 2), { uid: 'side', title: 'Side', parentUid: null }]);
  expect((await read('north')).removedAt).not.toBeNull();
  expect((await read('side')).parentId).toBeNull();
});

test('R14, R51: a department that only was edited by hand goes with its source, and keeps the edit on its return', async () => {
  await edit('north', { fields: { title: 'Arctic' } });
  await say(DEPARTMENTS.slice(0, 2));
  const gone = await read('north');
  expect([gone.removedAt === null, gone.title]).toEqual([false, 'Arctic']);
  expect((await edit('north', { fields: { title: 'X' } })).body.code).toBe('department_not_found');
  await say();
  expect(await read('north')).toMatchObject({ removedAt: null, title: 'Arctic' });
});

test('R51: an undo of an edit gives the department back to the sources', async () => {
  const { body } = await edit('sales', { fields: { title: 'Revenue', parentId: null } });
  await say(change('sales', { title: 'Selling' }));
  expect((await engine.sync(HAND, { undoes: body.taskId as string })).end).toBe('succeeded');
  expect(await read('sales')).toMatchObject({ title: 'Selling', parentId: await idOf('top') });
});

test.each([
  [{ fields: { title: ' ' } }, 'missing_field'],
  [{ fields: { parentId: crypto.randomUUID() } }, 'invalid_reference'],
  [{ fields: { title: null } }, 'invalid_request'],
  [{ fields: { isLeaf: true } }, 'invalid_request'],
  [{ release: ['email'] }, 'invalid_request'],
  [{}, 'invalid_request'],
])('R51: %j is refused', async (body, code) => {
  const answer = await edit('sales', body);
  expect([answer.status, answer.body.code]).toEqual([422, code]);
});

test('R51: only an admin may edit, and no key that is narrowed to a source', async () => {
  const narrowed = await api.as('admin', { sourceId: hr.id });
  const path = `/departments/${await idOf('sales')}`;
  for (const caller of [await api.as('viewer'), await api.as('operator'), narrowed])
    expect((await caller.patch(path, { fields: { title: 'X' } })).status).toBe(403);
});
