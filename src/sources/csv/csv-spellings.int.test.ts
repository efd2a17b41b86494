import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import { type CsvFolder, openCsvFolder } from '../../testing/worlds/csv-files.js';

let folder: CsvFolder;

beforeAll(async () => {
  folder = await openCsvFolder();
});

afterAll(() => folder.remove());

/** The users of a file that is read to its end without a problem. */
async function usersOf(users: string | Buffer, options: object = {}): Promise<Record<string, Record<string, unknown>>> {
  const { error, rejected, problems, complete, users: found } = await folder.read({ users }, options);
  const flaws = { error, rejected, problems, complete };
  expect(flaws).toEqual({ error: undefined, rejected: [], problems: [], complete: ['user'] });
  return found;
}

const ann = { username: 'ann', email: 'ann@example.com' };
const bob = { username: 'bob', email: 'bob@example.com' };

describe('line ends', () => {
  const lines = ['uid,username,email', '1,ann,ann@example.com', '2,bob,bob@example.com'];

  test.each([
    ['\n', '\n', '\n'],
    ['\r\n', '\r\n', '\r\n'],
    ['\r', '\r', '\r'],
    ['\n', '\r\n', '\r\n'],
    ['\r\n', '\n', '\n'],
    ['\r', '\n', '\r\n'],
    ['\n', '\r', '\r\n'],
    ['\r\n', '\r', '\n'],
    ['\r\r\n', '\r\r\n', '\r\r\n'],
    ['\n\n', '\r\n\r\n', '\n\n\n'],
  ])('header, first and last row may end with %j, %j, %j', async (...ends) => {
    expect(await usersOf(lines.map((line, index) => line + ends[index]).join(''))).toEqual({ 1: ann, 2: bob });
  });

  test('line ends inside quotes belong to the cell', async () => {
    const users = await usersOf('uid,title\r\n1,"a\nb"\n2,"c\r\nd"\r\n3,"e\rf"\r');
    expect(users).toEqual({ 1: { title: 'a\nb' }, 2: { title: 'c\r\nd' }, 3: { title: 'e\rf' } });
  });
});

describe('what stands before the header', () => {
  const table = (delimiter: string) =>
    ['uid', 'username', 'email'].join(delimiter) + '\r\n' + ['1', 'ann', 'ann@example.com'].join(delimiter) + '\r\n';

  test.each([
    ['sep=;', `sep=;\r\n${table(';')}`],
    ['sep=, with quotes', `"sep=,"\r\n${table(',')}`],
    ['SEP=tab', `SEP=\t\r\n${table('\t')}`],
    ['sep=| with more delimiters', `sep=|||\r\n${table('|')}`],
    ['sep=^, which is never guessed', `sep=^\n${table('^')}`],
    ['sep=; behind a mark', `\ufeffsep=;\r\n${table(';')}`],
    ['blank lines', `\r\n\n   \r\n${table(',')}`],
    ['lines of delimiters', `;;\r\n;;\r\n${table(';')}`],
    ['a title', `Staff of Example Ltd.\r\n${table(';')}`],
    ['a title with commas over semicolons', `Staff, by name, all of them\r\n\r\n${table(';')}`],
    ['title and date', `"Staff list"\r\nExported:;2026-11-30\r\n\r\n${table(';')}`],
    ['sep, blank and title', `sep=;\r\n\r\nStaff\r\n${table(';')}`],
    ['a title padded with delimiters', `Staff;;\r\n${table(';')}`],
    ['a comment with delimiters', `# staff; by name; all of them; 2026\n${table(';')}`],
    [
      'the type that PowerShell writes',
      `#TYPE Dictionary\`2[[System.String, mscorlib],[System.Object, x]]\r\n${table(',')}`,
    ],
    ['a title with a quote', `Staff of "Example"\r\n${table('\t')}`],
  ])('is passed over: %s', async (_, text) => {
    expect(await usersOf(text)).toEqual({ 1: ann });
  });

  test('rows are counted from the first line', async () => {
    const { problems } = await folder.read({ users: 'sep=;\n\nStaff\nuid;active\n1;yes\n2;perhaps\n' });
    expect(problems).toEqual([expect.objectContaining({ field: 'active', message: expect.stringContaining('row 6') })]);
  });

  test.each([
    ['no header', '1,ann,ann@example.com\n2,bob,bob@example.com\n', /no column "uid".*"1", "ann"/],
    ['a cell "id" in a row of data', 'number,city,state\n1,Boise,ID\n', /no column "uid".*"number", "city", "state"/],
    ['more than a title', 'a,b,c\nuid,username,email,title\n', /no column "uid".*"a", "b", "c"/],
  ])('is not guessed: %s', async (_, users, message) => {
    const { error, messages } = await folder.read({ users });
    expect(messages).toEqual([]);
    expect(error).toMatchObject({ code: 'source_config', message: expect.stringMatching(message) });
  });
});

describe('names of columns', () => {
  test.each([
    ['a zero-width space', 'uid,username,e-mail\u200b'],
    ['a zero-width joiner inside', 'uid,user\u200dname,email'],
    ['no-break spaces', 'uid\u00a0,user\u00a0name,\u00a0e-mail'],
    ['a mark inside the quotes', '"\ufeffuid",username,email'],
    ['two marks', '\ufeff\ufeffuid,username,email'],
    ['a mark before quotes', '\ufeff"uid","username","email"'],
    ['marks of direction', '\u200euid\u200f,\u202ausername\u202c,email'],
    ['a soft hyphen', 'uid,user\u00adname,email'],
    ['a word joiner', 'u\u2060id,username,email'],
    ['a variation selector', 'uid,username,email\ufe0f'],
    ['the Mongolian vowel separator', 'uid,username,email\u180e'],
    ['a line break', 'uid,username,"e-\nmail"'],
    ['dashes of other kinds', 'uid,user\u2010name,e\u2011mail'],
    ['full-width letters', 'ＵＩＤ,username,email'],
    ['tabs around', 'uid\t,\tusername,email'],
    ['formulas of text', '="uid",="username",="email"'],
    ['capitals', 'UID,UserName,EMAIL'],
  ])('%s does not hide a column', async (_, header) => {
    expect(await usersOf(`${header}\n1,ann,ann@example.com\n`)).toEqual({ 1: ann });
  });

  test('invisible characters do not keep an option from its column', async () => {
    const place = { file: 'users.csv', columns: { uid: 'Personal\u00a0Nr.', email: 'mail ' } };
    const users = await usersOf('\u200bpersonal nr.,username,MAIL\u200b\n1,ann,ann@example.com\n', { users: place });
    expect(users).toEqual({ 1: ann });
  });

  test('a custom field has no invisible characters around its name', async () => {
    expect(await usersOf('uid,\u200b Cost  center\u00a0\n1,x\n')).toEqual({ 1: { 'Cost center': 'x' } });
  });
});

describe('rows that are shorter than the header', () => {
  const header = 'uid,username,email,title\n';
  const empty = { email: null, title: null };

  test.each([
    ['one cell', '1,ann,ann@example.com\n', { 1: { ...ann, title: null } }],
    ['two cells', '1,ann\n', { 1: { username: 'ann', ...empty } }],
    ['all but the id', '1\n', { 1: { username: null, ...empty } }],
    [
      'the first rows',
      '1,ann\n2,bob,bob@example.com,Chef\n',
      { 1: { username: 'ann', ...empty }, 2: { ...bob, title: 'Chef' } },
    ],
    [
      'the last rows',
      '2,bob,bob@example.com,Chef\n1,ann\n',
      { 1: { username: 'ann', ...empty }, 2: { ...bob, title: 'Chef' } },
    ],
    ['with quotes', '"1","ann"\n', { 1: { username: 'ann', ...empty } }],
    ['with a delimiter at the end', '1,ann,\n', { 1: { username: 'ann', ...empty } }],
    [
      'as blocks of 16',
      `${Array.from({ length: 16 }, (_, i) => `${i},p${i},,\n`).join('')}16,p16\n`,
      expect.objectContaining({ 16: { username: 'p16', ...empty } }),
    ],
    [
      'ids with letters and digits',
      'E1,ann,,x\nE2,bob\n',
      { E1: { username: 'ann', email: null, title: 'x' }, E2: { username: 'bob', ...empty } },
    ],
    [
      'other kinds of ids with their addresses, behind a whole row',
      'bob,bob,bob@example.com,Chef\nann.lee,ann,ann@example.com\nC-7,cy,cy@example.com\n',
      {
        bob: { ...bob, title: 'Chef' },
        'ann.lee': { ...ann, title: null },
        'C-7': { username: 'cy', email: 'cy@example.com', title: null },
      },
    ],
    [
      'other kinds of ids with their addresses, in short rows only',
      'bob,bob,bob@example.com\nann.lee,ann,ann@example.com\n',
      { bob: { ...bob, title: null }, 'ann.lee': { ...ann, title: null } },
    ],
    [
      'ids of a UUID',
      'd5a4c7e0-1f2b-4c3d-8e9f-0a1b2c3d4e5f,ann\n0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0,bob\n',
      {
        'd5a4c7e0-1f2b-4c3d-8e9f-0a1b2c3d4e5f': { username: 'ann', ...empty },
        '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0': { username: 'bob', ...empty },
      },
    ],
  ])('are complete, their missing cells empty: %s', async (_, rows, users) => {
    expect(await usersOf(header + rows)).toEqual(users);
  });

  test('missing departments are no departments', async () => {
    expect(await usersOf('uid,username,departments\n1,ann\n')).toEqual({ 1: { username: 'ann', departments: [] } });
  });

  test.each([
    ['the halves of a row with a bare line break', '1,ann,a@b.c,x\n2,bob,12 High\nStreet,y\n', [3, 4]],
    ['halves where the first rows are short', '1,ann\nStreet,x\n', [2, 3]],
    ['a bare blank line inside', '1,ann,a@b.c,x\n2,bob\n\nnote: late,y\n', [3, 5]],
    ['a row of totals', '1,ann,a@b.c,x\nTotal: 1\n', [3]],
    ['a note of a database', '1,ann,a@b.c,x\n\n(7 rows affected)\n', [4]],
    ['a quote that takes in other rows', '1,"ann\n2,bob,b@c.d,"\n3,cy,c@d.e,x\n', [2]],
  ])('are refused without an id where they may be something else: %s', async (_, rows, refused) => {
    const { rejected, error } = await folder.read({ users: header + rows });
    expect(error).toBeUndefined();
    expect(rejected.map(({ externalId, code }) => [externalId, code])).toEqual(refused.map(() => [null, 'ragged_row']));
    for (const [index, row] of refused.entries()) expect(rejected[index]?.reason).toContain(`Row ${row} `);
  });

  test('R7: a delimiter without quotes is no reason to read the cells behind it under other names', async () => {
    const rows = '1,ann,Lee\n2,bob,Ray\n3,cy,O’Brien, Cy,\n4,dee,\n';
    const { users, rejected } = await folder.read({ users: `uid,username,nickname,title\n${rows}` });
    expect(Object.keys(users)).toEqual(['1', '2', '4']);
    expect(rejected).toEqual([
      expect.objectContaining({ externalId: null, reason: expect.stringContaining('Row 4 ') }),
    ]);
  });

  test('a delimiter behind the last cell of each row is none too many', async () => {
    expect(await usersOf('uid,username,email\n1,ann,ann@example.com,\n2,bob,bob@example.com,\n')).toEqual({
      1: ann,
      2: bob,
    });
  });

  test('R7: too many cells are refused without an id, empty ones at the end are not counted', async () => {
    const { rejected, users } = await folder.read({ users: 'uid,username\n1,ann,,,\n2,bob,x\n' });
    expect(Object.keys(users)).toEqual(['1']);
    expect(rejected).toEqual([expect.objectContaining({ externalId: null, code: 'ragged_row' })]);
  });
});

describe('rows that say nothing', () => {
  test.each([
    ['blank', '\n\n'],
    ['of delimiters', ',,\n'],
    ['of blanks', '  , ,\u00a0\n'],
    ['of dashes, as sqlcmd writes below a header', '---,--------,-----\n'],
    ['of equals signs', '===,===,===\n'],
    ['the header again, of files that were joined', 'uid,username,email\n'],
    ['the header again, with a mark', '\ufeffuid,username,email\n'],
  ])('are passed over: %s', async (_, row) => {
    const users = await usersOf(`uid,username,email\n${row}1,ann,ann@example.com\n${row}`);
    expect(users).toEqual({ 1: ann });
  });
});

describe('encodings', () => {
  const text = 'uid;username;nickname\r\n1;ann;Änne “Änni” O’Hara 王 😀\r\n';

  test.each(['utf8', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'])(
    '%s, with and without a mark',
    async (encoding) => {
      for (const addBOM of [true, false]) {
        const users = await usersOf(iconv.encode(text, encoding, { addBOM }));
        expect(users['1']).toEqual({ username: 'ann', nickname: 'Änne “Änni” O’Hara 王 😀' });
      }
    },
  );

  test('windows-1252 keeps curly quotes and the euro sign', async () => {
    const users = await usersOf(iconv.encode('uid,title\n1,“€ d’œuvre”\n', 'windows-1252'), {
      encoding: 'windows-1252',
    });
    expect(users).toEqual({ 1: { title: '“€ d’œuvre”' } });
  });

  test.each([
    [
      'UTF-8',
      Buffer.from('uid,name\n1,\xe9\n', 'latin1'),
      {},
      /users file "users\.csv" is not UTF-8.*Set|set "encoding"/,
    ],
    [
      'far behind',
      Buffer.concat([
        Buffer.from(`uid,name\n${Array.from({ length: 20_000 }, (_, at) => `${10_000 + at},Ann\n`).join('')}2,`),
        Buffer.from([0xe9, 0x0a]),
      ]),
      {},
      /not utf-8, first in line 20002 \(byte 200011\)/,
    ],
    [
      'declared',
      Buffer.from('uid,name\n1,\x81\n', 'latin1'),
      { encoding: 'windows-1252' },
      /not windows-1252, first in line 2 \(byte 11\)/,
    ],
  ])('bytes that are not of the encoding end the read for good: %s', async (_, users, options, message) => {
    const { error, complete } = await folder.read({ users }, options);
    expect(complete).toEqual([]);
    expect(error).toMatchObject({ message: expect.stringMatching(message), advice: { retry: false } });
  });
});

describe('NUL characters', () => {
  test.each([
    ['in a name', '1,a\0nn,a@b.c\n', { email: 'a@b.c' }, [['username', 'row 2, column 2 "username"']]],
    ['in quotes', '"1","a\0nn",""\n', { email: null }, [['username', 'column 2']]],
    [
      'as padding',
      '1,ann\0\0\0\0\0\0,\0\0\0\0\n',
      {},
      [
        ['username', 'column 2'],
        ['email', 'row 2'],
      ],
    ],
  ])('cost their field, with its row and column: %s', async (_, row, person, flaws) => {
    const text = `uid,username,email\n${row}2,bob,bob@example.com\n`;
    const { users, rejected, complete, problems } = await folder.read({ users: text });
    expect([users, rejected, complete]).toEqual([{ 1: person, 2: bob }, [], ['user']]);
    expect(problems).toEqual(
      flaws.map(([field, message]) => ({ field, code: 'invalid_text', message: expect.stringContaining(message!) })),
    );
  });

  test.each([
    ['in an id', '\x001,ann,a@b.c\n'],
    ['as a row', '\0\0\0\0\n'],
  ])('refuse the row where its id is not known: %s', async (_, row) => {
    const { users, rejected } = await folder.read({ users: `uid,username,email\n${row}2,bob,bob@example.com\n` });
    expect(users).toEqual({ 2: bob });
    const reason = 'Row 2 has a NUL character in the column of uid.';
    expect(rejected).toEqual([expect.objectContaining({ externalId: null, code: 'invalid_text', reason })]);
  });
});
