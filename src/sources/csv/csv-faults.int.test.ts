import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SyncError } from '../../domain/errors.js';
import { type CsvFolder, openCsvFolder } from '../../testing/worlds/csv-files.js';
import { explainFileError } from './read-file-bytes.js';

let folder: CsvFolder;

beforeAll(async () => {
  folder = await openCsvFolder();
});

afterAll(() => folder.remove());

const header = 'uid,username,title\n';
const two = `${header}1,ann,x\n2,bob,y`;

describe('R30: a file that does not end with a line end', () => {
  test.each([
    ['a whole row', two, ['1'], 3],
    ['a row that is cut in its last cell', `${header}1,ann,x\n2,bob,engin`, ['1'], 3],
    ['a row that is cut in its id', `${header}1,ann,x\n2`, ['1'], 3],
    ['a row that is cut behind a delimiter', `${header}1,ann,x\n2,`, ['1'], 3],
    ['a row that is cut inside a quoted cell', `${header}1,ann,x\n2,"bo`, ['1'], 3],
    ['a row that is cut behind a closing quote', `${header}1,ann,x\n2,"bob"`, ['1'], 3],
    ['a row that is cut in a quoted cell with line breaks', `${header}1,ann,x\n2,"a\nb\nc`, ['1'], 3],
    ['rows that end with CR LF', `${two.replaceAll('\n', '\r\n')}`, ['1'], 3],
    ['half a line end is one', `${two}\r`, ['1', '2'], null],
    ['the only row', `${header}1,ann,x`, [], 2],
    ['the header', 'uid,username,tit', [], 1],
    ['a last row of delimiters', `${header}1,ann,x\n,,`, ['1'], 3],
    ['UTF-16', Buffer.from(`\ufeff${two}`, 'utf16le'), ['1'], 3],
    ['NUL characters that a crash left', `${header}1,ann,x\n\0\0\0\0\0\0`, ['1'], 3],
  ])('has no trusted last row, and proves nothing: %s', async (_, users, ids, cutRow) => {
    const read = await folder.read({ users });
    expect(read.error).toBeUndefined();
    expect(Object.keys(read.users)).toEqual(ids);
    if (cutRow === null) return expect([read.complete, read.rejected]).toEqual([['user'], []]);
    expect(read.complete).toEqual([]);
    expect(read.rejected).toEqual([
      expect.objectContaining({ kind: 'user', externalId: null, code: 'file_unterminated' }),
    ]);
    expect(read.rejected[0]?.reason).toContain(`last row (${cutRow})`);
    expect(read.rejected[0]?.reason).toContain('"lastLineEnd"');
  });

  test.each([
    ['a line end', `${two}\n`],
    ['several blank lines', `${two}\n\n\r\n\n`],
    ['blanks behind the line end', `${two}\n   `],
    ['Ctrl-Z', `${two}\n\u001a`],
    ['Ctrl-Z without a line end', `${two}\u001a`],
    ['Ctrl-Z between line ends', `${two}\r\n\u001a\r\n`],
    ['several Ctrl-Z, as a block of CP/M has', `${two}\n${'\u001a'.repeat(100)}`],
    ['delimiters and a line end', `${two}\n,,\n`],
  ])('is not one with %s at its end', async (_, users) => {
    const read = await folder.read({ users });
    expect([read.error, read.rejected, read.complete]).toEqual([undefined, [], ['user']]);
    expect(read.users).toEqual({ 1: { username: 'ann', title: 'x' }, 2: { username: 'bob', title: 'y' } });
  });

  test('is whole where the writer is known to leave the last line end out', async () => {
    const read = await folder.read({ users: two }, { lastLineEnd: 'optional' });
    expect([Object.keys(read.users), read.rejected, read.complete]).toEqual([['1', '2'], [], ['user']]);
  });

  test.each([
    ['lacks cells', `${header}1,ann,x\n2,bob`],
    ['has an open quote', `${header}1,ann,x\n2,bob,"y`],
  ])('is cut also then where its last row %s', async (_, users) => {
    const read = await folder.read({ users }, { lastLineEnd: 'optional' });
    expect([Object.keys(read.users), read.complete]).toEqual([['1'], []]);
    expect(read.rejected).toEqual([expect.objectContaining({ code: 'file_unterminated' })]);
  });

  test('of departments leaves the users as they are read', async () => {
    const departments = 'uid,title\nd1,Office\nd2,Sales';
    const read = await folder.read({ users: `${two}\n`, departments });
    expect([Object.keys(read.departments), Object.keys(read.users), read.complete]).toEqual([
      ['d1'],
      ['1', '2'],
      ['user'],
    ]);
    expect(read.rejected).toEqual([expect.objectContaining({ kind: 'department', code: 'file_unterminated' })]);
  });

  test('of users proves no departments that come from their paths', async () => {
    const read = await folder.read({ users: 'uid,departments\n1,A/B\n2,A/C' }, { departmentsBy: 'path' });
    expect(Object.values(read.departments).map(({ title }) => title)).toEqual(['A', 'B']);
    expect(read.complete).toEqual([]);
    expect(read.rejected.map(({ code }) => code).sort()).toEqual(['file_unterminated', 'unread_path']);
  });
});

describe('what is no csv ends the read for good, and says where', () => {
  test.each([
    ['no bytes', '', /users file "users\.csv" is empty/],
    ['only a mark', '\ufeff', /users file "users\.csv" is empty/],
    ['only line ends', '\n\n\n', /users file "users\.csv" is empty/],
    ['gzip', gzipSync(`${two}\n`), /is compressed \(gzip\)/],
    ['a web page', '<!DOCTYPE html>\n<html></html>\n', /is a web page/],
    ['an Excel workbook', Buffer.from('PK\x03\x04\x14\0\x06\0'), /Excel workbook/],
    ['an open quote', `${header}1,ann,x\n2,"bob,y\n3,cy,z\n`, /row 3, column 2, has a quote/],
    ['text after a closing quote', `${header}1,ann,x\n2,"Bob "B" Lee",y\n`, /row 3, column 2, has text after/],
    ['a closing quote that meets an opening one', `${header}1,"ann,x\n2,"bob",y\n`, /row 2, column 2, has text after/],
    ['a column twice', 'uid,team,Team\n1,a,b\n', /more than one column "Team"/],
    ['an escape by backslash', `${header}1,"a \\"b\\" c",x\n`, /row 2, column 2, has text after/],
  ])('%s', async (_, users, message) => {
    const { error, complete } = await folder.read({ users });
    expect(complete).toEqual([]);
    expect(error).toBeInstanceOf(SyncError);
    expect(error).toMatchObject({ message: expect.stringMatching(message), advice: { retry: false } });
  });
});

describe('errors of the file system', () => {
  const failed = (code: string) => Object.assign(new Error(`${code}: failed`), { code, syscall: 'read', errno: -1 });

  test.each([
    ...['ENOENT', 'ENOTDIR'].map((code) => [code, 'source_unavailable', true] as const),
    ...['EACCES', 'EPERM', 'EISDIR', 'ELOOP', 'ENXIO', 'ENAMETOOLONG', 'EINVAL'].map(
      (code) => [code, 'source_config', false] as const,
    ),
    ...['EIO', 'EMFILE', 'ENFILE', 'ENOMEM', 'EBUSY', 'ESTALE', 'ETIMEDOUT', 'EAGAIN', 'EREMOTEIO', 'ENEW'].map(
      (code) => [code, 'source_unavailable', true] as const,
    ),
  ])('%s is %s', (code, expected, retry) => {
    expect(explainFileError(failed(code), 'users file "a.csv"')).toMatchObject({
      code: expected,
      advice: { retry },
      message: expect.stringContaining('users file "a.csv"'),
    });
  });

  test('what is none stays what it is', () => {
    const abort = new DOMException('stop', 'AbortError');
    expect(explainFileError(abort, 'file')).toBe(abort);
  });
});
