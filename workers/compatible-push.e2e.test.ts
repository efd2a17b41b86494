import { startSystem, type System } from '../src/testing/worlds/system.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/servers/test-database.js';

type Json = Record<string, unknown>;

interface Detail {
  readonly count: { all: number; success: number; failed: number };
  readonly failedRecords: { record: Json; message: string }[];
}

interface PushAnswer {
  readonly data: { code: number; message: string; result: { resource: string; detail: Detail }[] };
}

interface User {
  readonly id: string;
  readonly nickname: string | null;
  readonly email: string | null;
  readonly active: boolean;
  readonly mainDepartmentId: string | null;
  readonly attributes: Json;
  readonly departments: { id: string; title: string; isMain: boolean; isOwner: boolean; order: number | null }[];
  readonly links: { source: string; externalId: string }[];
}

interface Department {
  readonly id: string;
  readonly title: string;
  readonly parentId: string | null;
  readonly order: number | null;
  readonly isLeaf: boolean;
  readonly path: string[];
}

let database: TestDatabase;
let system: System;

beforeAll(async () => {
  database = await createTestDatabase();
  system = await startSystem({ databaseUrl: database.url });
});
afterAll(async () => {
  await system?.stop();
  await database?.drop();
});

const push = async (dataType: string, records: readonly Json[], extra: Json = {}) => {
  const { body, status } = await system.call<PushAnswer>('POST', '/api/userData:push', { dataType, records, ...extra });
  expect({ status, code: body.data.code }).toEqual({ status: 200, code: 0 });
  return Object.fromEntries(body.data.result.map(({ resource, detail }) => [resource, detail]));
};

const refused = async (body: unknown) => {
  const answer = await system.call<{ data: { code: number; message: string } }>('POST', '/api/userData:push', body);
  return { status: answer.status, code: answer.body.data.code, message: answer.body.data.message };
};

const idOf = async (kind: string, uid: string) => {
  const { rows } = await database.db.pool.query<{ target_id: string }>(
    `SELECT target_id FROM known_records WHERE kind = $1 AND external_id = $2`,
    [kind, uid],
  );
  return rows[0]?.target_id ?? '';
};

const user = async (uid: string) => (await system.call<User>('GET', `/api/v1/users/${await idOf('user', uid)}`)).body;

const department = async (uid: string) =>
  (await system.call<Department>('GET', `/api/v1/departments/${await idOf('department', uid)}`)).body;

describe('users', () => {
  test('1 a user is created, with both resources reported', async () => {
    const result = await push('user', [{ uid: 'a1', nickname: 'Ann', email: 'ann@example.com', phone: '13800000001' }]);
    expect(Object.keys(result)).toEqual(['users', 'departments']);
    expect(result['users']?.count).toEqual({ all: 1, success: 1, failed: 0 });
    expect(await user('a1')).toMatchObject({ nickname: 'Ann', email: 'ann@example.com', active: true });
  });

  test('2 a match key ties a new record to the user that another source made', async () => {
    await system.call('POST', '/api/v1/sources', { name: 'hr', type: 'push', title: 'HR', config: {} });
    await push('user', [{ uid: 'hr-1', email: 'Ann@EXAMPLE.com' }], { sourceName: 'hr', matchKey: 'email' });
    expect(await idOf('user', 'hr-1')).toBe(await idOf('user', 'a1'));
    expect((await user('a1')).links.map((link) => link.source).sort()).toEqual(['api', 'hr']);
  });

  test('3 the same uid updates the same user and leaves absent fields alone', async () => {
    const before = await user('a1');
    await push('user', [{ uid: 'a1', nickname: 'Anna' }]);
    expect(await user('a1')).toMatchObject({ id: before.id, nickname: 'Anna', email: before.email });
  });

  test('4 unknown keys are kept as custom fields, a password is not', async () => {
    await push('user', [{ uid: 'a2', nickname: 'Bo', badge: 17, password: 'secret' }]);
    expect((await user('a2')).attributes).toEqual({ badge: 17 });
    const { rows } = await database.db.pool.query(`SELECT 1 FROM pushes WHERE records::text LIKE '%secret%'`);
    expect(rows).toEqual([]);
  });

  test('5 an integer uid is welcome and stays the same user as its text', async () => {
    await push('user', [{ uid: 4711, nickname: 'Number' }]);
    await push('user', [{ uid: '4711', nickname: 'Text' }]);
    expect(await user('4711')).toMatchObject({ nickname: 'Text' });
  });

  test('6 the last of two records with one uid wins and counts once', async () => {
    const { users } = await push('user', [
      { uid: 'a3', nickname: 'First' },
      { uid: 'a3', nickname: 'Last' },
    ]);
    expect(users?.count.all).toBe(1);
    expect((await user('a3')).nickname).toBe('Last');
  });

  test('7 a bad record fails alone, with its cause; the others are applied', async () => {
    const { users } = await push('user', [{ uid: 'a4', nickname: 'Good' }, { uid: 1.5 }]);
    expect(users?.count).toEqual({ all: 2, success: 1, failed: 1 });
    expect(users?.failedRecords[0]).toMatchObject({ record: { uid: 1.5 }, message: expect.stringMatching(/id/i) });
    expect((await user('a4')).nickname).toBe('Good');
  });

  test('7 a bad field is named, and its record is applied without it', async () => {
    const { users } = await push('user', [{ uid: 'a5', nickname: 'Well', email: 'no address' }]);
    expect(users).toMatchObject({
      count: { all: 1, success: 1, failed: 0 },
      problems: [{ record: { uid: 'a5' }, message: expect.stringMatching(/email/) }],
    });
    expect(await user('a5')).toMatchObject({ nickname: 'Well', email: null });
  });

  test('8 isDeleted deactivates, an unknown uid creates nothing, and a return restores the same user', async () => {
    const { id } = await user('a4');
    await push('user', [
      { uid: 'a4', isDeleted: true },
      { uid: 'never-seen', isDeleted: true },
    ]);
    expect((await system.call<User>('GET', `/api/v1/users/${id}`)).body.active).toBe(false);
    expect(await idOf('user', 'never-seen')).toBe('');
    await push('user', [{ uid: 'a4', nickname: 'Back' }]);
    expect(await user('a4')).toMatchObject({ id, active: true, nickname: 'Back' });
  });

  test('9 e-mails swap between two users in one push', async () => {
    await push('user', [
      { uid: 's1', email: 'one@example.com' },
      { uid: 's2', email: 'two@example.com' },
    ]);
    const { users } = await push('user', [
      { uid: 's1', email: 'two@example.com' },
      { uid: 's2', email: 'one@example.com' },
    ]);
    expect(users?.count.failed).toBe(0);
    expect([(await user('s1')).email, (await user('s2')).email]).toEqual(['two@example.com', 'one@example.com']);
  });
});

describe('departments', () => {
  test('10 parent and child in one push, child first; only departments are reported', async () => {
    const result = await push('department', [
      { uid: 'd2', title: 'Team', parentUid: 'd1' },
      { uid: 'd1', title: 'Head office' },
    ]);
    expect(Object.keys(result)).toEqual(['departments']);
    const [head, team] = [await department('d1'), await department('d2')];
    expect(team).toMatchObject({ parentId: head.id, isLeaf: true, path: [head.id, team.id] });
    expect(head).toMatchObject({ parentId: null, isLeaf: false });
  });

  test('11 a child whose parent is unknown is a root until the parent arrives in a later push', async () => {
    await push('department', [{ uid: 'd4', title: 'Orphan', parentUid: 'd3' }]);
    expect((await department('d4')).parentId).toBeNull();
    await push('department', [{ uid: 'd3', title: 'Late parent' }]);
    expect((await department('d4')).parentId).toBe((await department('d3')).id);
  });

  test('12 a new parent moves the department; a title alone leaves it where it is', async () => {
    await push('department', [{ uid: 'd4', title: 'Moved', parentUid: 'd1' }]);
    await push('department', [{ uid: 'd4', title: 'Moved and renamed' }]);
    expect(await department('d4')).toMatchObject({ title: 'Moved and renamed', parentId: (await department('d1')).id });
    expect((await department('d3')).isLeaf).toBe(true);
  });

  test('13 sort is the order', async () => {
    await push('department', [{ uid: 'd2', title: 'Team', sort: 7 }]);
    expect((await department('d2')).order).toBe(7);
  });

  test('14 a cycle is skipped with its path, the rest of the push is applied', async () => {
    const { departments } = await push('department', [
      { uid: 'd1', title: 'Head office', parentUid: 'd2' },
      { uid: 'd5', title: 'Bystander' },
    ]);
    expect(departments?.count).toEqual({ all: 2, success: 1, failed: 1 });
    expect(departments?.failedRecords[0]?.message).toMatch(/ancestor/);
    expect((await department('d1')).parentId).toBeNull();
  });

  test('15 isLeaf follows a child that is deleted and comes back with the same id', async () => {
    await push('department', [{ uid: 'd6', title: 'Leaf', parentUid: 'd5' }]);
    const { id } = await department('d6');
    await push('department', [{ uid: 'd6', isDeleted: true }]);
    expect((await department('d5')).isLeaf).toBe(true);
    await push('department', [{ uid: 'd6', title: 'Leaf', parentUid: 'd5' }]);
    expect(await department('d6')).toMatchObject({ id, parentId: (await department('d5')).id });
    expect((await department('d5')).isLeaf).toBe(false);
  });

  test('16 deleting a department removes neither its children nor its people', async () => {
    await push('user', [{ uid: 'm0', departments: ['d6'] }]);
    await push('department', [{ uid: 'd5', isDeleted: true }]);
    expect((await department('d6')).parentId).toBeNull();
    expect(await user('m0')).toMatchObject({ active: true, departments: [{ title: 'Leaf' }] });
  });
});

describe('memberships', () => {
  test('17 departments of a user: text or object, owner and main', async () => {
    await push('user', [{ uid: 'm1', departments: ['d1', { uid: 'd2', isOwner: true, isMain: true }] }]);
    const { departments, mainDepartmentId } = await user('m1');
    expect(departments.map(({ title, isOwner, isMain }) => ({ title, isOwner, isMain }))).toEqual(
      expect.arrayContaining([
        { title: 'Head office', isOwner: false, isMain: false },
        { title: 'Team', isOwner: true, isMain: true },
      ]),
    );
    expect(mainDepartmentId).toBe((await department('d2')).id);
  });

  test('18 absent departments change nothing, [] takes them away', async () => {
    await push('user', [{ uid: 'm1', nickname: 'Still there' }]);
    expect((await user('m1')).departments).toHaveLength(2);
    await push('user', [{ uid: 'm1', departments: [] }]);
    expect(await user('m1')).toMatchObject({ departments: [], mainDepartmentId: null });
  });

  test('19 a membership waits for its department and is made when that arrives', async () => {
    await push('user', [{ uid: 'm2', departments: ['d9'] }]);
    expect((await user('m2')).departments).toEqual([]);
    await push('department', [{ uid: 'd9', title: 'Late' }]);
    expect((await user('m2')).departments).toMatchObject([{ title: 'Late' }]);
  });

  test('20 a membership made by hand or by another source survives', async () => {
    const byHand = await idOf('department', 'd1');
    await database.db.pool.query(
      `INSERT INTO memberships (id, user_id, department_id) VALUES (gen_random_uuid(), $1, $2)`,
      [await idOf('user', 'm2'), byHand],
    );
    await push('user', [{ uid: 'm2', departments: [] }]);
    expect((await user('m2')).departments).toMatchObject([{ id: byHand }]);
  });
});

describe('mistakes of the caller are named and store nothing', () => {
  test.each([
    ['21 an unknown data type', { dataType: 'x', records: [{ uid: '1' }] }, 'dataType x is not supported'],
    ['22 no records', { dataType: 'user' }, 'records for user data synchronize is required'],
    ['23 an empty list', { dataType: 'user', records: [] }, 'records must have at least one piece of data'],
    [
      '24 a record without uid',
      { dataType: 'user', records: [{ uid: 'z1' }, { nickname: 'x' }] },
      'record must has uid, error record: {"nickname":"x"}',
    ],
  ])('%s', async (_name, body, message) => {
    expect(await refused(body)).toEqual({ status: 400, code: 400, message });
    expect(await idOf('user', 'z1')).toBe('');
  });
});

test('25 ten repeats of one push change no row after the first', async () => {
  const records = [{ uid: 'r1', nickname: 'Same', email: 'same@example.com', departments: ['d1'], badge: { a: [1] } }];
  await push('user', records);
  const rows = () =>
    database.db.pool.query(`SELECT id, xmin::text FROM users UNION ALL SELECT id, xmin::text FROM memberships
      UNION ALL SELECT id, xmin::text FROM departments UNION ALL SELECT target_id, xmin::text FROM known_records ORDER BY 1, 2`);
  const before = (await rows()).rows;
  for (let repeat = 0; repeat < 10; repeat += 1) await push('user', records);
  expect((await rows()).rows).toEqual(before);
});

test('26 six identical pushes at once make one user', async () => {
  const records = [{ uid: 'six', email: 'six@example.com' }];
  await Promise.all(Array.from({ length: 6 }, () => push('user', records)));
  const { rows } = await database.db.pool.query(`SELECT 1 FROM users WHERE email = 'six@example.com'`);
  expect(rows).toHaveLength(1);
});
