import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readAdapter } from '../../testing/worlds/read-adapter.js';
import { csvAdapter } from './csv.adapter.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rollcall-csv-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function read(content: string) {
  await writeFile(join(root, 'users.csv'), content);
  const { messages } = await readAdapter(csvAdapter({ root }), { users: { file: 'users.csv' } });
  return {
    ids: messages.flatMap((one) => (one.type === 'records' ? one.records.map(({ externalId }) => externalId) : [])),
    codes: messages.flatMap((one) => (one.type === 'rejected' ? [[one.externalId, one.code]] : [])),
  };
}

describe('R7: a quote that a later row closes takes in rows: the row is refused without an id', () => {
  test.each([
    ['the last column', 'uid,username,nickname\n1,ann,"Ann\n2,bob,Bob\n3,cy,Cy"\n4,di,Di\n'],
    ['a column in the middle', 'uid,nickname,username\n1,"Ann,ann\n2,Bob,bob\n3,Cy",cy\n4,Di,di\n'],
    ['the next row', 'uid,username,nickname\n1,ann,"Ann\n2,bob,Bob"\n4,di,Di\n'],
    ['CR LF', 'uid,username,nickname\r\n1,ann,"Ann\r\n2,bob,Bob"\r\n4,di,Di\r\n'],
    ['CR', 'uid,username,nickname\r1,ann,"Ann\r2,bob,Bob"\r4,di,Di\r'],
    ['semicolons', 'uid;username;nickname\n1;ann;"Ann\n2;bob;Bob"\n4;di;Di\n'],
    ['tabs', 'uid\tusername\tnickname\n1\tann\t"Ann\n2\tbob\tBob"\n4\tdi\tDi\n'],
    ['bars', 'uid|username|nickname\n1|ann|"Ann\n2|bob|Bob"\n4|di|Di\n'],
    ['more columns', 'uid,username,nickname,title\n1,ann,"Ann,CEO\n2,bob,Bob,"\n4,di,Di,\n'],
    ['two inch marks', 'uid,username,nickname\n1,ann,"5 feet\n2,bob,6"\n4,di,Di\n'],
  ])('%s', async (_name, content) => {
    expect(await read(content)).toEqual({ ids: ['4'], codes: [[null, 'ragged_row']] });
  });

  test.each([
    ['a line break in a name', 'uid,username,nickname\n1,ann,"Ann\nLee"\n4,di,Di\n'],
    ['an address', 'uid,username,nickname\n1,ann,"Street 1, Berlin\nGermany"\n4,di,Di\n'],
    ['a note of several lines', 'uid,username,nickname,notes\n1,ann,Ann,"one\ntwo, with comma\nthree"\n4,di,Di,\n'],
    ['two columns', 'uid,notes\n1,"one\ntwo, with comma"\n4,\n'],
    ['all cells quoted', '"uid"|"username"|"nickname"\n"1"|"ann|\n|x"|""\n"4"|"di"|"Di"\n'],
    ['blank lines inside', 'uid,username,nickname\n1,ann,"Ann\n\nLee"\n4,di,Di\n'],
    ['two columns, letters as ids', 'uid,notes\n1,"x"\n4,"Street 1, Berlin\nGermany"\n'],
  ])('taken as one row: %s', async (_name, content) => {
    expect(await read(content)).toEqual({ ids: ['1', '4'], codes: [] });
  });
});

test('the rule that psql draws below its header is no row', async () => {
  const content = ' uid | username | nickname \n-----+----------+----------\n 1   | ann      | Ann\n';
  expect(await read(content)).toEqual({ ids: ['1'], codes: [] });
});

describe('R7: in a table of two columns, a line with an id like the row’s own may be a row that was taken in', () => {
  test.each([
    ['the last column', 'uid,nickname\n1,"Ann\n2,Bob"\n4,Di\n'],
    ['several rows', 'uid,nickname\n1,"Ann\n2,Bob\n3,Cy"\n4,Di\n'],
    ['inch marks', 'uid,nickname\n1,"5 feet\n2,6"\n4,Di\n'],
    ['CR LF', 'uid,nickname\r\n1,"Ann\r\n2,Bob"\r\n4,Di\r\n'],
    ['semicolons', 'uid;nickname\n1;"Ann\n2;Bob"\n4;Di\n'],
    ['letters', 'uid,nickname\nann,"Ann\nbob,Bob"\n4,Di\n'],
    ['letters and digits', 'uid,nickname\nE1,"Ann\nE2,Bob"\n4,Di\n'],
    ['the id behind', 'nickname,uid\n"Ann,1\nBob",2\nDi,4\n'],
    ['a row without a value', 'uid,nickname\n1,"Ann\n2,\n3,Cy"\n4,Di\n'],
    ['a name with a comma', 'uid,nickname\n1,"Lee, Ann\n2,Bob"\n4,Di\n'],
    ['delimiters behind all rows', 'uid,nickname,\n1,"Ann,\n2,Bob",\n4,Di,\n'],
    ['three columns, one of the rows short', 'uid,username,nickname\n1,ann,"Ann\n2,bob\n3,cy,Cy"\n4,di,Di\n'],
  ])('refused: %s', async (_name, content) => {
    expect(await read(content)).toEqual({ ids: ['4'], codes: [[null, 'ragged_row']] });
  });

  test.each([
    ['prose', 'uid,notes\n1,"Likes tea\nand coffee, too"\n4,x\n'],
    ['prose with a number', 'uid,notes\n1,"Room\n12, second floor"\n4,x\n'],
    ['words without blanks, ids of digits', 'uid,notes\n1,"red\ngreen,blue"\n4,x\n'],
    ['no delimiter', 'uid,notes\n1,"a\nb\nc"\n4,x\n'],
    ['several delimiters', 'uid,notes\n1,"a\n2,b,c"\n4,x\n'],
    ['blank lines', 'uid,notes\n1,"Dear all,\n\nsee above"\n4,x\n'],
    ['all cells quoted', '"uid","notes"\n"1","a\n2,b"\n"4","x"\n'],
    ['ids quoted', 'uid,notes\n"1","a\n2,b"\n"4",x\n'],
    ['a list', 'uid;notes\n1;"- milk\n- bread; butter"\n4;x\n'],
    ['the id behind', 'notes,uid\n"Likes tea,\nand coffee",1\nx,4\n'],
  ])('taken as one row: %s', async (_name, content) => {
    expect(await read(content)).toEqual({ ids: ['1', '4'], codes: [] });
  });
});
