import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CsvFolder, openCsvFolder } from '../../testing/worlds/csv-files.js';
import { anySpelling, type Spelling, writeCsv } from '../../testing/worlds/csv-writer.js';

let folder: CsvFolder;

beforeAll(async () => {
  folder = await openCsvFolder();
});

afterAll(() => folder.remove());

/** A line of a cell that begins like a row of the table: with an id of digits like those of the users (R7). */
const hasLineLikeRow = (value: string) => /[\r\n][^\r\n]*5[^\r\n]*[,;|\t]/.test(value);
/** Ordinary texts; none of them is changed by a spreadsheet form or a placeholder. */
const text = fc
  .array(
    fc.constantFrom(
      'Ann',
      'Zoë',
      '王',
      '😀',
      ' ',
      ',',
      ';',
      '|',
      '\t',
      '"',
      "'",
      '\n',
      '\r\n',
      '-',
      'O’Brien',
      'नाम',
      '5',
    ),
    { maxLength: 6 },
  )
  .map((parts) => `x${parts.join('')}y`)
  .filter((value) => !hasLineLikeRow(value));
/** In a table of three columns, a cell of several lines with delimiters may be rows after an open quote (R7). */
const looksLikeRows = (value: string) => /[\r\n]/.test(value) && /[,;|\t]/.test(value);
const maybe = (value: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 1, arbitrary: fc.constant('') }, { weight: 2, arbitrary: value });

const company = fc
  .record({ people: fc.integer({ min: 1, max: 12 }), departments: fc.integer({ min: 1, max: 6 }) })
  .chain(({ people, departments }) => {
    const person = (at: number) =>
      fc.record({
        uid: fc.constant(String(at + 1).padStart(4, '0')),
        username: maybe(text),
        nickname: maybe(text),
        title: maybe(text),
        managerUid:
          at === 0 ? fc.constant('') : maybe(fc.integer({ min: 1, max: at }).map((id) => String(id).padStart(4, '0'))),
        active: fc.constantFrom('true', 'no', '1', 'FALSE', ''),
        departments: fc
          .uniqueArray(fc.integer({ min: 1, max: departments }), { maxLength: 3 })
          .map((ids) => ids.map((id) => `d${id}`).join(';')),
        city: maybe(text),
      });
    const department = (at: number) =>
      fc.record({
        uid: fc.constant(`d${at + 1}`),
        title: text.filter((title) => !looksLikeRows(title)),
        parentUid: at === 0 ? fc.constant('') : fc.integer({ min: 1, max: at }).map((id) => `d${id}`),
      });
    return fc.record({
      users: fc.tuple(...Array.from({ length: people }, (_, at) => person(at))),
      departments: fc.tuple(...Array.from({ length: departments }, (_, at) => department(at))),
    });
  });

type Table = readonly Readonly<Record<string, string>>[];

function write(table: Table, order: readonly string[], spelling: Spelling): Buffer {
  const rows = table.map((row) => order.map((column) => row[column] ?? ''));
  return writeCsv({ columns: order, rows, ids: ['uid', 'managerUid', 'parentUid'] }, spelling);
}

const orNull = (value: string | undefined) => value || null;
const FLAGS: Readonly<Record<string, boolean>> = { true: true, '1': true, no: false, FALSE: false };

function userOf({ departments = '', active = '', ...row }: Readonly<Record<string, string>>, city: string) {
  const ids = departments.split(';').filter((id) => id !== '');
  return {
    ...{ username: orNull(row['username']), nickname: orNull(row['nickname']), title: orNull(row['title']) },
    ...{ managerUid: orNull(row['managerUid']), active: FLAGS[active] ?? null, [city]: orNull(row['city']) },
    departments: ids.map((uid, at) => ({ uid, isMain: at === 0 })),
  };
}

/** A custom field has the visible name of its column. */
const CITY: Readonly<Record<Spelling['header'], string>> = {
  ...{ plain: 'city', capitals: 'CITY', spaced: 'City', invisible: 'city', formula: 'city' },
};

test('a company is the same company in every spelling', async () => {
  const columns = fc.shuffledSubarray(
    ['username', 'nickname', 'title', 'managerUid', 'active', 'departments', 'city'],
    { minLength: 7 },
  );
  await fc.assert(
    fc.asyncProperty(company, columns, anySpelling, anySpelling, async ({ users, departments }, order, one, other) => {
      const encoding = one.encoding === 'gb18030' ? { encoding: 'gb18030' } : {};
      const second = encoding.encoding ? { ...other, encoding: one.encoding } : other;
      const isDeclared = one.encoding !== 'gb18030' && other.encoding === 'gb18030';
      const read = await folder.read(
        {
          users: write(users, ['uid', ...order], one),
          departments: write(
            departments,
            ['uid', 'title', 'parentUid'],
            isDeclared ? { ...second, encoding: 'utf8' } : second,
          ),
        },
        encoding,
      );
      expect([read.error, read.rejected, read.problems]).toEqual([undefined, [], []]);
      expect(read.users).toEqual(Object.fromEntries(users.map((user) => [user.uid, userOf(user, CITY[one.header])])));
      expect(read.departments).toEqual(
        Object.fromEntries(
          departments.map(({ uid, title, parentUid }) => [uid, { title, parentUid: orNull(parentUid) }]),
        ),
      );
      expect(read.complete).toEqual(['department', 'user']);
    }),
    { numRuns: 300 },
  );
});
