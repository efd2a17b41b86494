import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CsvFolder, openCsvFolder } from '../../testing/worlds/csv-files.js';

let folder: CsvFolder;

beforeAll(async () => {
  folder = await openCsvFolder();
});

afterAll(() => folder.remove());

const ann = { username: 'ann', email: 'ann@example.org' };
const bob = { username: 'bob', email: 'bob@example.org' };
const first = 'uid,username,email\n1,ann,ann@example.org\n';

describe('files that were joined', () => {
  test.each([
    ['the same header', 'uid,username,email\n2,bob,bob@example.org\n'],
    ['another order', 'email,uid,username\nbob@example.org,2,bob\n'],
    ['capitals', 'UID,Username,E-MAIL\n2,bob,bob@example.org\n'],
    ['usual other names', 'id,login,mail\n2,bob,bob@example.org\n'],
    ['a byte order mark', '\ufeffuid,username,email\n2,bob,bob@example.org\n'],
    ['a byte order mark before a quote', '\ufeff"uid","username","email"\n"2","bob","bob@example.org"\n'],
    ['two byte order marks', '\ufeff\ufeffuid,username,email\n2,bob,bob@example.org\n'],
    ['a blank line between', '\nuid,username,email\n2,bob,bob@example.org\n'],
    ['CR LF', 'uid,username,email\r\n2,bob,bob@example.org\r\n'],
    ['a byte order mark without a header', '\ufeff2,bob,bob@example.org\n'],
    ['the header a third time', 'uid,username,email\nemail,username,uid\nbob@example.org,bob,2\n'],
  ])('are read each by its own header: %s', async (_, second) => {
    const { users, rejected, problems, complete } = await folder.read({ users: first + second });
    expect({ users, rejected, problems, complete }).toEqual({
      ...{ users: { 1: ann, 2: bob }, rejected: [], problems: [], complete: ['user'] },
    });
  });

  test('R3: a column that the second one does not have says nothing there', async () => {
    const { users } = await folder.read({ users: `${first}uid,email,Floor\n2,bob@example.org,3\n` });
    expect(users).toEqual({ 1: ann, 2: { email: 'bob@example.org', Floor: '3' } });
  });

  test('UTF-16', async () => {
    const second = '\ufeffemail,uid,username\nbob@example.org,2,bob\n';
    expect((await folder.read({ users: Buffer.from(`\ufeff${first}${second}`, 'utf16le') })).users).toEqual({
      1: ann,
      2: bob,
    });
  });

  test('departments', async () => {
    const departments = 'uid,title\na,Sales\ntitle,uid\nOffice,b\n';
    const { departments: found } = await folder.read({ users: first, departments });
    expect(found).toEqual({ a: { title: 'Sales' }, b: { title: 'Office' } });
  });

  test.each([
    ['the same header', 'uid,username,email\n'],
    ['another order', 'email,uid,username\n'],
    ['a byte order mark', '\ufeffuid,username,email\n'],
  ])('without a line end between end the read with the row: %s', async (_, header) => {
    const { error, complete } = await folder.read({ users: `${first.trimEnd()}${header}2,bob,bob@example.org\n` });
    expect(complete).toEqual([]);
    expect(error).toMatchObject({ code: 'source_read', advice: { retry: false } });
    expect(error).toMatchObject({ message: expect.stringMatching(/"users\.csv".*row 2 continues with the header/) });
  });

  test('a column twice in the second header ends the read with its row', async () => {
    const { error, complete } = await folder.read({ users: `${first}uid,email,E-Mail,email\n2,a,b,c\n` });
    expect(complete).toEqual([]);
    expect(error).toMatchObject({ code: 'source_config', message: expect.stringMatching(/row 3.*"email"/) });
  });

  test('R7: a second one with another delimiter makes no people of its rows', async () => {
    const { users, rejected } = await folder.read({ users: `${first}uid;username;email\n2;bob;bob@example.org\n` });
    expect(users).toEqual({ 1: ann });
    expect(rejected.map(({ externalId, code }) => [externalId, code])).toEqual([
      [null, 'ragged_row'],
      [null, 'ragged_row'],
    ]);
  });

  test.each([
    ['an id that is a name of a column', 'title,bob,bob@example.org\n', 'title'],
    ['the id "uid"', 'uid,bob,bob@example.org\n', 'uid'],
  ])('R7: a person is no header: %s', async (_, row, id) => {
    expect((await folder.read({ users: first + row })).users).toEqual({ 1: ann, [id]: bob });
  });
});

describe('files without rows', () => {
  test.each([
    ['no bytes', ''],
    ['a mark', '\ufeff'],
    ['a mark of UTF-16', Buffer.from([0xff, 0xfe])],
    ['a mark and a line end', '\ufeff\r\n'],
    ['blank lines', '\n\n\n'],
    ['delimiters', ',,\n,,\n'],
  ])('are named as empty, for good: %s', async (_, users) => {
    const { error, complete } = await folder.read({ users });
    expect(complete).toEqual([]);
    const message = 'The users file "users.csv" is empty, without a header. Export it again.';
    expect(error).toMatchObject({ code: 'source_read', message, advice: { retry: false } });
  });

  test.each(['uid,username\n', '\ufeffuid,username\r\n', 'uid,username\n\n,,\n', 'uid,username\nuid,username\n'])(
    'R31: a header alone is a complete, empty list, which the guard holds: %j',
    async (users) => {
      const read = await folder.read({ users });
      expect([read.error, read.users, read.rejected, read.complete]).toEqual([undefined, {}, [], ['user']]);
    },
  );
});

describe('odd headers', () => {
  test.each([
    ['marks of a form', 'uid*,User name:,* E-mail\n1,ann,ann@example.org\n', { 1: ann }],
    ['no name in front', ',uid,username,email\n0,1,ann,ann@example.org\n', { 1: ann }],
    ['no name in the middle', 'uid,,username,email\n1,x,ann,ann@example.org\n', { 1: ann }],
    ['no name at the end', 'uid,username,email,\n1,ann,ann@example.org,\n', { 1: ann }],
    ['delimiters behind all rows', 'uid,username,email,,\n1,ann,ann@example.org,,\n', { 1: ann }],
    ['brackets say more', 'uid,E-mail (private)\n1,x@example.org\n', { 1: { 'E-mail (private)': 'x@example.org' } }],
    ['a unit', 'uid,Hours [h/week]\n1,40\n', { 1: { 'Hours [h/week]': '40' } }],
  ])('%s', async (_, users, expected) => {
    const read = await folder.read({ users });
    expect([read.users, read.rejected, read.complete]).toEqual([expected, [], ['user']]);
  });

  test('R7: text in a column without a name at the end refuses the row and says what to do', async () => {
    const { users, rejected } = await folder.read({ users: 'uid,username,\n1,ann,note\n2,bob,\n' });
    expect(users).toEqual({ 2: { username: 'bob' } });
    const reason = expect.stringContaining('Row 2 has text in column 3, the header has 2 names: name the column');
    expect(rejected).toEqual([expect.objectContaining({ externalId: null, code: 'ragged_row', reason })]);
  });
});
