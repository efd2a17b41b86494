import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CsvFolder, openCsvFolder } from '../../testing/worlds/csv-files.js';
import { pathId } from './department-row.js';

/** R20: a tree of departments has at most 64 levels. */
let folder: CsvFolder;

beforeAll(async () => {
  folder = await openCsvFolder();
});

afterAll(() => folder.remove());

const pathOf = (levels: number) => Array.from({ length: levels }, (_, at) => `t${at}`).join('/');
const byPath = { departmentsBy: 'path' };

test('a path of 64 levels is one of 64 departments', async () => {
  const { departments, users, problems } = await folder.read({ users: `uid,departments\n1,${pathOf(64)}\n` }, byPath);
  expect([Object.keys(departments).length, problems]).toEqual([64, []]);
  expect(users['1']?.['departments']).toEqual([{ uid: pathId(pathOf(64).split('/')), isMain: true }]);
});

test.each([65, 30_000])('of %i levels in a cell of users the first 64 are departments', async (levels) => {
  const table = `uid,departments\n1,${pathOf(levels)};B\n2,C\n`;
  const { departments, users, problems, rejected, complete } = await folder.read({ users: table }, byPath);
  expect([Object.keys(departments).length, rejected, complete]).toEqual([66, [], ['department', 'user']]);
  expect(users['1']).toEqual({ departments: [{ uid: pathId(['B']), isMain: null }] });
  expect(problems).toMatchObject([{ field: 'departments', code: 'too_deep' }]);
  expect(problems[0]?.message).toMatch(
    /^The path t0\/t1.* has \d+ levels; at most 64 .*\(row 2, column 2 "departments"\)$/,
  );
  expect(problems[0]?.message).toContain(` ${levels} levels`);
});

test.each([65, 30_000])('of %i levels in a departments file the first 64 are departments', async (levels) => {
  const files = { users: 'uid,departments\n1,B\n', departments: `path\n${pathOf(levels)}\nB\n` };
  const { departments, rejected } = await folder.read(files, byPath);
  expect(Object.keys(departments)).toHaveLength(65);
  const reason = `The path of row 2 has ${levels} levels; at most 64 are allowed.`;
  const externalId = pathId(pathOf(levels).split('/'));
  expect(rejected).toEqual([expect.objectContaining({ externalId, code: 'too_deep', reason })]);
});
