import { createEngine, type Engine, fullRead } from '../testing/worlds/engine.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

let database: TestDatabase;
let engine: Engine;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
});
beforeEach(() => database.reset());
afterAll(() => database.drop());

const company = {
  department: [
    { uid: 'd2', title: 'Team', parentUid: 'd1', order: 2 },
    { uid: 'd1', title: 'Head office' },
  ],
  user: [
    {
      uid: 'u1',
      username: 'Ann',
      email: 'ann@Example.com',
      departments: ['d1', { uid: 'd2', isMain: true }],
      managerUid: 'u2',
    },
    { uid: 2, username: 'bo', phone: '+49 30 1234567', departments: ['d2'], badge: 7 },
    { uid: 'u2', nickname: '李雷' },
  ],
};

test('R20, R22, R24: a first full read makes users, a tree and memberships', async () => {
  const source = await engine.addSource('hr');
  source.script.full = fullRead(company);
  const { counts, end, task } = await engine.sync(source);
  expect(task.errorMessage).toBeNull();
  expect(end).toBe('succeeded');
  expect(counts['user']).toMatchObject({ seen: 3, created: 3, unchanged: 0 });
  expect(counts['department']).toMatchObject({ seen: 2, created: 2 });
  expect(counts['membership']).toMatchObject({ created: 3 });
  const { prisma } = database.db;
  const ann = await prisma.user.findFirstOrThrow({
    where: { username: 'Ann' },
    include: { manager: true, mainDepartment: { include: { parent: true } } },
  });
  expect(ann).toMatchObject({ emailKey: 'ann@example.com', active: true, manager: { nickname: '李雷' } });
  expect(ann.mainDepartment).toMatchObject({
    title: 'Team',
    isLeaf: true,
    parent: { title: 'Head office', isLeaf: false },
  });
  expect(ann.mainDepartment?.path).toEqual([ann.mainDepartment?.parentId, ann.mainDepartment?.id]);
  const bo = await prisma.user.findFirstOrThrow({ where: { username: 'bo' } });
  expect(bo).toMatchObject({ attributes: { badge: 7 }, phoneKey: '+49301234567' });
});

test('a second read of the same writes no row of users, departments or memberships', async () => {
  const source = await engine.addSource('hr');
  source.script.full = fullRead(company);
  await engine.sync(source);
  const before = await database.db.pool.query('SELECT id, xmin FROM users ORDER BY id');
  const { counts, end } = await engine.sync(source);
  const after = await database.db.pool.query('SELECT id, xmin FROM users ORDER BY id');
  expect(end).toBe('succeeded');
  expect(counts['user']).toMatchObject({ seen: 3, unchanged: 3, updated: 0 });
  expect(counts['membership']).toMatchObject({ unchanged: 3, created: 0, removed: 0 });
  expect(after.rows).toEqual(before.rows);
});
