import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { csvAdapter } from '../sources/csv/csv.adapter.js';
import { createEngine, type Engine, type TestSource } from '../testing/worlds/engine.js';
import { departmentsOf, problemsOf, skippedOf, usersOf } from '../testing/look.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

let root: string;
let database: TestDatabase;
let engine: Engine;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rollcall-csv-'));
  database = await createTestDatabase();
  engine = createEngine(database.db, { adapters: [csvAdapter({ root })] });
});
beforeEach(() => database.reset());
afterAll(async () => {
  await database.drop();
  await rm(root, { recursive: true, force: true });
});

const addSource = (config: object = {}): Promise<TestSource> =>
  engine.addSource('files', { type: 'csv', config: { users: { file: 'users.csv' }, departmentsBy: 'id', ...config } });

async function sync(source: TestSource, text: string) {
  await writeFile(join(root, 'users.csv'), text);
  return engine.sync(source);
}

const header = 'uid,username,email,managerUid\n';
const three = `${header}1,ann,ann@x.example,\n2,bob,bob@x.example,1\n3,cy,cy@x.example,1\n`;
const activeOf = async (source: TestSource) =>
  Object.fromEntries(Object.entries(await usersOf(database.db, source)).map(([uid, { active }]) => [uid, active]));

describe('R30: a csv file that ends without a line end', () => {
  test.each([
    ['behind a whole row', three.slice(0, -1)],
    ['inside a row', three.slice(0, -12)],
    ['where whole rows are missing', `${header}1,ann,ann@x.example,\n2,bob,bob@x.example,1`],
  ])('removes no user, applies the rows before it and says what to do: %s', async (_, text) => {
    const source = await addSource();
    expect((await sync(source, three)).end).toBe('succeeded');
    const { end, task, taskId } = await sync(source, text.replace('ann@x.example', 'anna@x.example'));
    expect([end, task.errorCode]).toEqual(['partial', 'not_complete']);
    expect(await skippedOf(database.db, taskId)).toContainEqual(expect.stringContaining('file_unterminated'));
    expect(await activeOf(source)).toEqual({ 1: true, 2: true, 3: true });
    expect((await usersOf(database.db, source))['1']?.email).toBe('anna@x.example');
  });

  test('with lastLineEnd "optional", who is not in it is gone', async () => {
    const source = await addSource({ lastLineEnd: 'optional' });
    await sync(source, three);
    const { end } = await sync(source, `${header}1,ann,ann@x.example,\n2,bob,bob@x.example,1`);
    expect([end, await activeOf(source)]).toEqual(['succeeded', { 1: true, 2: true, 3: false }]);
  });
});

describe('R7: a cell that is lost', () => {
  test('costs its field until it is correct; what was known of it stays', async () => {
    const source = await addSource();
    await sync(source, three);
    const bad = three.replace('2,bob,bob@x.example,1', '2,bobby,bob@x.example,#N/A');
    for (const _ of [1, 2]) {
      const { end, task, taskId } = await sync(source, bad);
      expect([end, task.errorCode]).toEqual(['partial', 'fields_left_out']);
      expect(await problemsOf(database.db, taskId)).toEqual([
        expect.stringMatching(/user\/2 .*: managerUid no_value$/),
      ]);
      expect((await usersOf(database.db, source))['2']).toMatchObject({
        username: 'bobby',
        manager: '1',
        active: true,
      });
    }
    const { end } = await sync(source, bad.replace('#N/A', '3'));
    expect([end, (await usersOf(database.db, source))['2']?.manager]).toEqual(['succeeded', '3']);
  });

  test.each(['#NV', '#ЗНАЧ!', '#VALORE!', 'Err:502', '2026/3/1', '1-Mar'])(
    'R7: %s, as spreadsheets of other languages write it, clears no manager and is no id',
    async (cell) => {
      const source = await addSource();
      await sync(source, three);
      const { end, taskId } = await sync(
        source,
        `${three.replace('2,bob,bob@x.example,1', `2,bob,,${cell}`)}${cell},x,,\n`,
      );
      expect([end, Object.keys(await usersOf(database.db, source))]).toEqual(['partial', ['1', '2', '3']]);
      expect((await usersOf(database.db, source))['2']?.manager).toBe('1');
      expect(await problemsOf(database.db, taskId)).toEqual([expect.stringMatching(/^user\/2 update: managerUid /)]);
    },
  );

  test('R4: an unreadable "active" neither deactivates nor activates', async () => {
    const source = await addSource();
    await sync(source, 'uid,username,active\n1,ann,yes\n2,bob,no\n');
    await sync(source, 'uid,username,active\n1,ann,perhaps\n2,bob,perhaps\n3,cy,perhaps\n');
    expect(await activeOf(source)).toEqual({ 1: true, 2: false, 3: false });
  });
});

test('R3: cells that are missing at the end of a row clear their fields', async () => {
  const source = await addSource();
  await sync(source, three);
  const { end } = await sync(source, three.replace('2,bob,bob@x.example,1', '2,bob'));
  expect(end).toBe('succeeded');
  expect((await usersOf(database.db, source))['2']).toMatchObject({ username: 'bob', email: null, manager: null });
});

describe('R2: placeholders in a csv file', () => {
  const table = (...rows: readonly string[]) => `uid,managerUid,departments\n${rows.map((row) => `${row}\n`).join('')}`;
  const titles = async (source: TestSource) =>
    Object.values(await departmentsOf(database.db, source)).map(({ title }) => title);

  test.each(['NULL', '-', '--', 'n/a', 'N/A', '(null)', '[null]', '\\N', 'undefined', 'zzz'])(
    '%s is no manager and no department; the first of the others is the main one',
    async (text) => {
      const source = await engine.addSource('files', {
        type: 'csv',
        config: { users: { file: 'users.csv' }, departments: { file: 'departments.csv' }, departmentsBy: 'id' },
        placeholders: { add: ['ZZZ'], remove: [] },
      });
      await writeFile(join(root, 'departments.csv'), `uid,title,parentUid,order\nd1,A,${text},${text}\nd2,B,d1,2\n`);
      const { end, counts } = await sync(source, table(`1,${text},${text}`, `2,1,${text};d2;d1`));
      expect([end, counts['user']?.waiting ?? 0, counts['department']?.waiting ?? 0]).toEqual(['succeeded', 0, 0]);
      expect(await usersOf(database.db, source)).toMatchObject({
        1: { manager: null, departments: [] },
        2: { manager: '1', departments: ['d1', 'd2'], main: 'd2' },
      });
    },
  );

  test.each(['NULL', '-', 'n/a', 'N/A', 'zzz'])('%s is no path, and makes no department', async (text) => {
    const config = { users: { file: 'users.csv' }, departmentsBy: 'path' };
    const source = await engine.addSource('files', { type: 'csv', config, placeholders: { add: ['zzz'], remove: [] } });
    const { end } = await sync(source, table(`1,,${text}`, `2,,${text};Group/Sales`));
    expect([end, (await titles(source)).sort()]).toEqual(['succeeded', ['Group', 'Sales']]);
  });

  test('the error of a formula as a path is named and makes no department (R7)', async () => {
    const source = await addSource({ departmentsBy: 'path' });
    const { end, taskId } = await sync(source, table('1,,#N/A', '2,,Group'));
    expect([end, await titles(source)]).toEqual(['partial', ['Group']]);
    expect(await problemsOf(database.db, taskId)).toEqual(['user/1 create: departments no_value']);
  });

  test('R1: a row with a placeholder as its id is refused with its number', async () => {
    const source = await addSource();
    const { taskId } = await sync(source, table('NULL,,', '2,,'));
    const { message } = await database.db.prisma.change.findFirstOrThrow({ where: { taskId, code: 'missing_uid' } });
    expect(message).toBe('uid in row 2: NULL is a placeholder for "no value".');
    expect(Object.keys(await usersOf(database.db, source))).toEqual(['2']);
  });
});
