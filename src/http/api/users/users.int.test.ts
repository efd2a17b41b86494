import { v7 as uuidv7 } from 'uuid';
import type { ApiClient } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { createEngine, type Engine } from '../../../testing/worlds/engine.js';
import { editByHand } from '../../../testing/worlds/hand-edits.js';
import { memberSchema, userDetailSchema, userSchema } from './user-view.js';

let api: ApiHarness;
let viewer: ApiClient;
let admin: ApiClient;
let engine: Engine;

beforeAll(async () => {
  api = await startApi();
  engine = createEngine(api.database.db);
  Object.assign(engine.deps, { erasureKey: api.deps.erasureKey });
});
beforeEach(async () => {
  await api.database.reset();
  viewer = await api.as('viewer');
  admin = await api.as('admin');
});
afterAll(() => api.stop());

/** Makes a user and answers its id. */
async function user(fields: object = {}): Promise<string> {
  const id = uuidv7();
  await api.database.db.prisma.user.create({ data: { id, ...fields } });
  return id;
}

async function department(fields: { title?: string; path?: string[]; parentId?: string; removedAt?: Date } = {}) {
  const id = uuidv7();
  const { title = 'D', path = [] } = fields;
  await api.database.db.prisma.department.create({ data: { ...fields, id, title, path: [...path, id] } });
  return id;
}

async function link(source: string, kind: string, targetId: string, more: object = {}) {
  const { prisma } = api.database.db;
  const { id: sourceId } = await prisma.source.findUniqueOrThrow({ where: { name: source } });
  const known = {
    sourceId,
    kind,
    targetId,
    externalId: `x-${targetId}`,
    hash: new Uint8Array([1]),
    data: {},
    taskId: uuidv7(),
  };
  await prisma.knownRecord.create({ data: { ...known, ...more } });
}

const member = async (userId: string, departmentId: string, more: object = {}) => {
  await api.database.db.prisma.membership.create({ data: { id: uuidv7(), userId, departmentId, ...more } });
};
/** Sends a decision of an admin and runs its task. */
const decide = (id: string, body: object) => editByHand({ api, engine, caller: admin }, `/users/${id}`, body);
const idsOf = async (query: string) => (await viewer.all(`/users?${query}`)).map((one: { id: string }) => one.id);

describe('the list of users', () => {
  test('goes by id, page by page, inactive ones included', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 5; at += 1) ids.push(await user({ active: at !== 1 }));
    const first = await viewer.get('/users?limit=2');
    const second = await viewer.get(`/users?limit=2&cursor=${first.body.nextCursor}`);
    const third = await viewer.get(`/users?limit=2&cursor=${second.body.nextCursor}`);
    const pages = [first, second, third].map(({ body }) => (body.items as { id: string }[]).map(({ id }) => id));
    expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
    expect(third.body.nextCursor).toBeNull();
    const shown = first.body.items[0] as object;
    expect(userSchema.strict().parse(shown)).toEqual(shown);
    expect(await idsOf('active=true')).toEqual(ids.filter((_id, at) => at !== 1));
    expect(await idsOf('active=false')).toEqual([ids[1]]);
  });

  test('searches names, mail and phone; signs of patterns mean themselves', async () => {
    const ada = await user({ username: 'ada', nickname: 'Ada Lovelace', email: 'ada@example.org', phone: '+49301234' });
    const odd = await user({ username: '100%_sure\\' });
    for (const text of ['lovel', 'ADA@', '301234'])
      expect([text, await idsOf(`search=${text}`)]).toEqual([text, [ada]]);
    for (const text of ['%', '_', '\\', '0%_s'])
      expect([text, await idsOf(`search=${encodeURIComponent(text)}`)]).toEqual([text, [odd]]);
    expect(await idsOf(`search=${encodeURIComponent("' OR 1=1 --")}`)).toEqual([]);
  });

  test('filters by department and by source', async () => {
    const [inside, outside, was] = [await user(), await user(), await user()];
    const d = await department();
    await member(inside, d);
    await link('api', 'user', inside);
    await link('api', 'user', was, { removedAt: new Date() });
    expect(await idsOf(`department=${d}`)).toEqual([inside]);
    expect(await idsOf('source=api')).toEqual([inside]);
    expect(await idsOf('source=missing')).toEqual([]);
    expect(await idsOf('')).toEqual([inside, outside, was]);
  });
});

test('a user shows places, manager and live links', async () => {
  const boss = await user({ username: 'boss' });
  const [main, side, gone] = [
    await department({ title: 'Main' }),
    await department({ title: 'Side' }),
    await department({ removedAt: new Date() }),
  ];
  const id = await user({ username: 'ada', managerId: boss, mainDepartmentId: main, attributes: { room: 7 } });
  const { id: sourceId } = await api.database.db.prisma.source.findUniqueOrThrow({ where: { name: 'api' } });
  await member(id, side, { isOwner: true, order: 2.5 });
  await member(id, main, { sourceId });
  await member(id, gone);
  const seen = new Date('2030-01-02T03:04:05.000Z');
  await api.database.db.prisma.source.update({ where: { name: 'api' }, data: { lastCompleteAt: seen } });
  await link('api', 'user', id);
  await link('api', 'user', id, { externalId: 'old', removedAt: new Date() });
  const { body } = await viewer.get(`/users/${id}`);
  expect(userDetailSchema.strict().parse(body)).toMatchObject({
    id,
    username: 'ada',
    active: true,
    attributes: { room: 7 },
    managerId: boss,
    manager: { id: boss, username: 'boss', nickname: null },
    mainDepartmentId: main,
    departments: [
      { id: main, title: 'Main', isMain: true, isOwner: false, order: null, source: 'api' },
      { id: side, title: 'Side', isMain: false, isOwner: true, order: 2.5, source: null },
    ],
    links: [{ source: 'api', externalId: `x-${id}`, lastSeenAt: seen.toISOString() }],
  });
  expect((await viewer.get(`/users/${uuidv7()}`)).body.code).toBe('user_not_found');
});

describe('what an admin decides by hand', () => {
  const row = (id: string) => api.database.db.prisma.user.findUniqueOrThrow({ where: { id } });

  test('R15: locking deactivates, raises the version, and is written down once', async () => {
    const id = await user();
    const locked = await decide(id, { locked: true });
    expect([locked.status, locked.body.active]).toEqual([200, false]);
    expect(locked.body.lockedAt).not.toBeNull();
    expect(locked.body.deactivatedAt).not.toBeNull();
    await decide(id, { locked: true });
    expect((await row(id)).version).toBe(2);
    const entries = await admin.all('/audit?objectType=user');
    expect(entries).toMatchObject([{ action: 'user.change', objectId: id, detail: { locked: true } }]);
  });

  test.each([
    ['a source links still', [{}], true],
    ['no source links any more', [], false],
    ['a source links no more', [{ removedAt: new Date() }], false],
    ['its source says is inactive', [{ data: { active: false } }], false],
    ['its source says is active', [{ data: { active: true } }], true],
  ])('R15: unlocking gives a user back whom %s', async (_what, links, active) => {
    const id = await user();
    for (const more of links) await link('api', 'user', id, more);
    await decide(id, { locked: true });
    const { body } = await decide(id, { locked: false });
    expect([body.lockedAt, body.active, body.deactivatedAt === null]).toEqual([null, active, active]);
  });

  test('R11: protecting changes nothing else', async () => {
    const id = await user();
    const { body } = await decide(id, { protected: true });
    expect([body.protected, body.active, body.lockedAt]).toEqual([true, true, null]);
    expect((await row(id)).version).toBe(2);
  });

  test('nothing else can be written', async () => {
    const id = await user();
    for (const body of [{}, { active: false }, { username: 'x' }, { locked: 'true' }])
      expect([body, (await admin.patch(`/users/${id}`, body)).status]).toEqual([body, 422]);
    expect((await admin.patch(`/users/${uuidv7()}`, { locked: true })).body.code).toBe('user_not_found');
  });
});

describe('departments', () => {
  test('removed ones show only when asked for', async () => {
    const [here, gone] = [
      await department({ title: 'Here' }),
      await department({ title: 'Gone', removedAt: new Date() }),
    ];
    await link('api', 'department', here);
    const list = async (query = '') => (await viewer.all(`/departments?${query}`)).map((one: { id: string }) => one.id);
    expect([await list(), await list('removed=true'), await list('search=ere')]).toEqual([[here], [gone], [here]]);
    expect([await list('source=api'), await list('source=x')]).toEqual([[here], []]);
    expect((await viewer.get(`/departments/${here}`)).body).toMatchObject({
      id: here,
      title: 'Here',
      parentId: null,
      isLeaf: true,
      path: [here],
      links: [{ source: 'api', externalId: `x-${here}` }],
    });
    expect((await viewer.get(`/departments/${gone}`)).body.code).toBe('department_not_found');
    expect((await viewer.get(`/departments/${gone}?removed=true`)).status).toBe(200);
  });

  test('the tree nests, sorts siblings, and comes by branch and depth', async () => {
    const root = await department({ title: 'Root' });
    const b = await department({ title: 'B', parentId: root, path: [root] });
    const a = await department({ title: 'A', parentId: root, path: [root] });
    const leaf = await department({ title: 'Leaf', parentId: a, path: [root, a] });
    await department({ title: 'Gone', parentId: root, path: [root], removedAt: new Date() });
    type Node = { id: string; children: Node[] };
    const shape = ({ id, children }: Node): unknown => [id, children.map(shape)];
    const tree = async (query = '') =>
      ((await viewer.get(`/departments/tree${query}`)).body.items as Node[]).map(shape);
    expect(await tree()).toEqual([
      [
        root,
        [
          [a, [[leaf, []]]],
          [b, []],
        ],
      ],
    ]);
    expect(await tree('?depth=1')).toEqual([
      [
        root,
        [
          [a, []],
          [b, []],
        ],
      ],
    ]);
    expect(await tree(`?root=${a}`)).toEqual([[a, [[leaf, []]]]]);
    expect(await tree(`?root=${a}&depth=0`)).toEqual([[a, []]]);
    expect((await viewer.get(`/departments/tree?root=${uuidv7()}`)).body.code).toBe('department_not_found');
  });

  test('a tree of more than 5,000 is read branch by branch', async () => {
    const { pool } = api.database.db;
    const root = await department();
    await pool.query(
      `INSERT INTO departments (id, title, parent_id, path)
       SELECT i, 'D', $1::uuid, ARRAY[$1::uuid, i] FROM (SELECT gen_random_uuid() AS i FROM generate_series(1, 5000)) ids`,
      [root],
    );
    expect((await viewer.get('/departments/tree')).body.code).toBe('tree_too_large');
    expect((await viewer.get('/departments/tree?depth=0')).status).toBe(200);
    await pool.query('DELETE FROM departments WHERE id = (SELECT id FROM departments WHERE id <> $1 LIMIT 1)', [root]);
    expect((await viewer.get('/departments/tree')).status).toBe(200);
  });

  test('members come once each, from any number of sources, page by page', async () => {
    const d = await department();
    const [one, two] = [await user({ mainDepartmentId: d }), await user()];
    const { id: sourceId } = await api.database.db.prisma.source.findUniqueOrThrow({ where: { name: 'api' } });
    await member(one, d, { sourceId, isOwner: true, order: 3 });
    await member(one, d, { order: 1 });
    await member(two, d);
    const members = (await viewer.all(`/departments/${d}/members?`)) as object[];
    expect(memberSchema.strict().parse(members[0])).toEqual(members[0]);
    expect(members).toMatchObject([
      { id: one, isMain: true, isOwner: true, order: 1, sources: ['api', null] },
      { id: two, isMain: false, isOwner: false, order: null, sources: [null] },
    ]);
    const first = await viewer.get(`/departments/${d}/members?limit=1`);
    const second = await viewer.get(`/departments/${d}/members?limit=1&cursor=${first.body.nextCursor}`);
    expect([first.body.items[0].id, second.body.items[0].id, second.body.nextCursor]).toEqual([one, two, null]);
    expect((await viewer.get(`/departments/${uuidv7()}/members`)).body.code).toBe('department_not_found');
  });
});

describe('R12: a user who comes into force by hand', () => {
  const ann = { username: 'ann', usernameKey: 'ann', email: 'ann@x.com', emailKey: 'ann@x.com' };

  test.each([
    ['unlocked', { lockedAt: new Date() }, { locked: false }],
    ['protected', {}, { protected: true }],
  ])('%s, gets back what is free; its record waits for the rest', async (_name, state, decision) => {
    // A new user with a name of a locked one would be locked as well (R15).
    const heir = await user({ username: 'Ann', usernameKey: 'ann' });
    const id = await user({ ...ann, ...state, active: false });
    await link('api', 'user', id);
    const { status, body } = await decide(id, decision);
    expect([status, body.username, body.email]).toEqual([200, null, 'ann@x.com']);
    expect((await viewer.get(`/users/${heir}`)).body.username).toBe('Ann');
    const waits = await api.database.db.prisma.pendingReference.findMany();
    expect(waits).toMatchObject([{ field: 'username', wantedKind: 'users.username', wantedExternalId: 'ann' }]);
  });

  test('gets back everything where no user has it', async () => {
    const id = await user({ ...ann, lockedAt: new Date(), active: false });
    await link('api', 'user', id);
    await user({ ...ann, active: false });
    const { body } = await decide(id, { locked: false });
    expect([body.active, body.username, body.email]).toEqual([true, 'ann', 'ann@x.com']);
  });
});

test('R5: a search finds a username and an e-mail in any case, also beyond ASCII', async () => {
  const zoe = await user({ username: 'ZOË', usernameKey: 'zoë' });
  const weiss = await user({ email: 'WEIẞ@x.com', emailKey: 'weiss@x.com' });
  expect(await idsOf(`search=${encodeURIComponent('zoë')}`)).toEqual([zoe]);
  expect(await idsOf(`search=${encodeURIComponent('weiß@')}`)).toEqual([weiss]);
});
