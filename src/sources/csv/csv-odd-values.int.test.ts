import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFields } from '../../domain/read-fields.js';
import { userRecord } from '../../domain/user-record.js';
import { type CsvFolder, openCsvFolder } from '../../testing/worlds/csv-files.js';

let folder: CsvFolder;

beforeAll(async () => {
  folder = await openCsvFolder();
});

afterAll(() => folder.remove());

const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** Reads one person between two others, through the adapter and the record's schema. */
async function readBetween(column: string, value: string) {
  const row = ['uid', 'username', 'email', 'phone', 'nickname', 'managerUid', 'Code'].map((name) =>
    name === column ? quote(value) : name === 'uid' ? '5' : name === 'Code' ? 'x' : '',
  );
  const header = 'uid,username,email,phone,nickname,managerUid,Code\n';
  const read = await folder.read({ users: `${header}70,ann,,,,,y\n${row.join(',')}\n90,bob,,,,,y\n` });
  expect([read.error, read.complete]).toEqual([undefined, ['user']]);
  expect(read.users).toMatchObject({ 70: { username: 'ann' }, 90: { username: 'bob' } });
  const found = Object.entries(read.users).find(([id]) => id !== '70' && id !== '90');
  const verdict = found && readFields(userRecord, found[1]);
  if (verdict && !verdict.ok) throw new Error(verdict.message);
  return {
    id: found?.[0],
    fields: verdict?.value,
    problems: [...read.problems, ...(verdict?.problems ?? [])],
    rejected: read.rejected,
  };
}

describe('R1: an id does not depend on how a spreadsheet wrote it', () => {
  test.each([
    ['a comma between thousands', '1,234', '1234'],
    ['thousands and places', '1,234.00', '1234'],
    ['thousands and places, as in German', '1.234,00', '1234'],
    ['a fraction of six zeros, as from Python', '1234.000000', '1234'],
    ['commas in a long number', '12,345,678', '12345678'],
    ['a blank between thousands', '1 234', '1234'],
    ['a no-break space', '1\u00a0234', '1234'],
    ['a narrow no-break space, as in French', '1\u202f234', '1234'],
    ['an apostrophe, as in Switzerland', '1’234', '1234'],
    ['a fraction of nothing', '1234.0', '1234'],
    ['a fraction with a comma', '1234,00', '1234'],
    ['an apostrophe in front', "'0012", '0012'],
    ['a curly apostrophe in front', '’0012', '0012'],
    ['curly quotes', '“0012”', '0012'],
    ['a formula of text', '="0012"', '0012'],
    ['no-break spaces around', '\u00a00012\u00a0', '0012'],
    ['a zero-width space behind', '0012\u200b', '0012'],
    ['a line break behind', '0012\n', '0012'],
    ['a tab behind', '0012\t', '0012'],
    ['zeros in front', '0012', '0012'],
    ['dots between levels', '10.100', '10.100'],
    ['groups that are none', '12,34', '12,34'],
    ['a group behind zeros', '012,345', '012,345'],
    ['letters that are no exponent', '1E5', '1E5'],
    ['braces', '{0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0}', '{0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0}'],
    ['255 characters', 'x'.repeat(255), 'x'.repeat(255)],
  ])('%s', async (_, written, id) => {
    expect(await readBetween('uid', written)).toMatchObject({ id, problems: [], rejected: [] });
  });

  test.each([
    ['a rounded number', '1.2E+10', 'number_was_rounded'],
    ['a date', '2026-03-01', 'became_date'],
    ['a date and time', '2026-03-01 00:00:00', 'became_date'],
    ['a date of the US', '3/1/2026', 'became_date'],
    ['a date of Germany', '01.03.2026', 'became_date'],
    ['a look-up that found nothing', '#N/A', 'no_value'],
    ['a number wider than its column', '########', 'no_value'],
    ['a formula', '=A1&B1', 'no_value'],
    ['256 characters', 'x'.repeat(256), 'invalid_uid'],
    ['32,767 characters, all that Excel keeps', 'x'.repeat(32_767), 'invalid_uid'],
    ['a control character', '1\u0001', 'invalid_uid'],
    ['a line break inside', '1\n2', 'invalid_uid'],
    ['a NUL', '1\0', 'invalid_text'],
    ['blanks', ' \u00a0 ', 'missing_uid'],
  ])('an id that is lost refuses its row, by its number: %s', async (_, written, code) => {
    const { id, rejected } = await readBetween('uid', written);
    expect(id).toBeUndefined();
    expect(rejected).toEqual([expect.objectContaining({ externalId: null, code })]);
    expect(rejected[0]?.reason).toMatch(/row 3/i);
  });

  test.each([
    ['1,234', '1234'],
    ['‘0012', '0012'],
    ['12.0', '12'],
  ])('a reference is read as the id is: %j', async (written, managerUid) => {
    expect(await readBetween('managerUid', written)).toMatchObject({ id: '5', fields: { managerUid }, problems: [] });
  });

  test.each([
    ['2026-03-01', 'became_date'],
    ['1,2E+10', 'number_was_rounded'],
    ['#REF!', 'no_value'],
  ])('R7: a reference that is lost costs its field, with row and column: %j', async (written, code) => {
    const { id, fields, problems } = await readBetween('managerUid', written);
    expect([id, fields]).toEqual(['5', expect.not.objectContaining({ managerUid: expect.anything() })]);
    const message = expect.stringContaining('row 3, column 6 "managerUid"');
    expect(problems).toEqual([{ field: 'managerUid', code, message }]);
  });
});

describe('R2: an e-mail address is read as people write it', () => {
  const address = 'ann@example.org';

  test.each([
    ['mailto', `mailto:${address}`],
    ['mailto with a subject', `mailto:${address}?subject=Hi&cc=b@example.org`],
    ['mailto as a web address', `mailto://${address}`],
    ['a display name', `Ann <${address}>`],
    ['a display name in quotes', `"Lee, Ann" <${address}>`],
    ['angle brackets alone', `<${address}>`],
    ['a full stop behind', `${address}.`],
    ['a comma behind', `${address},`],
    ['a semicolon behind', `${address}; `],
    ['apostrophes around', `'${address}'`],
    ['curly quotes around', `“${address}”`],
    ['zero-width spaces around', `\u200b${address}\u200b`],
    ['a byte order mark before', `\ufeff${address}`],
    ['marks of direction around', `\u202a${address}\u202c`],
  ])('%s', async (_, written) => {
    expect(await readBetween('email', written)).toMatchObject({ id: '5', fields: { email: address }, problems: [] });
  });

  test.each([
    ['two with a semicolon', 'a@x.org;b@y.org'],
    ['two with a comma', 'a@x.org, b@y.org'],
    ['two with a blank', 'a@x.org b@y.org'],
    ['two with a slash', 'a@x.org / b@y.org'],
    ['a line break inside', 'ann@\nexample.org'],
    ['a zero-width space inside', 'ann@exam\u200bple.org'],
    ['(at)', 'ann(at)example.org'],
    ['an entity', 'ann&#64;example.org'],
    ['a formula', `=HYPERLINK("mailto:${address}")`],
    ['a Markdown link', `[${address}](mailto:${address})`],
    ['number signs', '########'],
  ])('R7: what is no single address costs the field, not the person: %s', async (_, written) => {
    const { id, fields, problems } = await readBetween('email', written);
    expect([id, fields]).toEqual(['5', expect.not.objectContaining({ email: expect.anything() })]);
    expect(problems).toMatchObject([{ field: 'email', code: 'invalid_email' }]);
  });
});

describe('R7: other odd values are kept as they are, or cost their field', () => {
  test.each([
    ['phone', 'tel:+49 30 123456', 'tel:+49 30 123456'],
    ['phone', "'+4930123456", '+4930123456'],
    ['phone', '4930123456.0', '4930123456'],
    ['phone', '\u202a+4930123456\u202c', '+4930123456'],
    ['phone', '+49\u00a030\u00a0123456', '+49\u00a030\u00a0123456'],
    ['phone', '123 456 789', '123 456 789'],
    ['nickname', 'Ann\nLee', 'Ann\nLee'],
    ['nickname', 'Ann “Annie” Lee', 'Ann “Annie” Lee'],
    ['nickname', "'t Hooft", "'t Hooft"],
    ['nickname', 'Ann &amp; Co', 'Ann &amp; Co'],
    ['nickname', 'JÃ¼rgen', 'JÃ¼rgen'],
    ['nickname', '<b>Ann</b>', '<b>Ann</b>'],
    ['nickname', 'x'.repeat(255), 'x'.repeat(255)],
    ['nickname', '王'.repeat(255), '王'.repeat(255)],
    ['nickname', 'Null', 'Null'],
    ['nickname', '2026-03-01', '2026-03-01'],
  ])('kept: %s %j', async (column, written, value) => {
    expect(await readBetween(column, written)).toMatchObject({ id: '5', fields: { [column]: value }, problems: [] });
  });

  test.each([
    ['phone', '4,91512E+12', 'number_was_rounded'],
    ['phone', '########', 'no_value'],
    ['phone', '=+4930123456', 'no_value'],
    ['username', '8.6E+12', 'number_was_rounded'],
    ['username', '=CONCATENATE(A1;B1)', 'no_value'],
    ['username', '######', 'no_value'],
    ['nickname', 'a\0b', 'invalid_text'],
    ['nickname', 'x'.repeat(256), 'too_long'],
    ['nickname', 'x'.repeat(32_767), 'too_long'],
    ['nickname', 'x'.repeat(40_000), 'too_long'],
    ['Code', '1.2E+10', 'number_was_rounded'],
    ['Code', 'x'.repeat(32_767), 'too_large'],
  ])('left out: %s %#', async (column, written, code) => {
    const { id, fields, problems } = await readBetween(column, written);
    expect([id, fields?.[column]]).toEqual(['5', undefined]);
    expect(problems).toMatchObject([{ field: column === 'Code' ? 'attributes.Code' : column, code }]);
  });

  test('half of a surrogate pair in UTF-16 is named with its line', async () => {
    const [head, tail] = ['\ufeffuid,nickname\n1,a', 'b\n2,bob\n'].map((text) => Buffer.from(text, 'utf16le'));
    const { error } = await folder.read({ users: Buffer.concat([head!, Buffer.from([0x00, 0xd8]), tail!]) });
    expect(error).toMatchObject({ code: 'source_read', message: expect.stringContaining('first in line 2') });
  });

  test('R4: an unknown word of active is named with its place, and changes nothing', async () => {
    const { users, problems } = await folder.read({ users: 'uid,Enabled\n1,WAHR\n2,falsch\n3,perhaps\n4,x\n5,\n' });
    expect(users).toEqual({ 1: { active: true }, 2: { active: false }, 3: {}, 4: {}, 5: { active: null } });
    expect(problems).toEqual(
      ['"perhaps" is not a word for yes or no: use true or false (row 4, column 2 "Enabled")']
        .concat('"x" is not a word for yes or no: use true or false (row 5, column 2 "Enabled")')
        .map((message) => ({ field: 'active', code: 'invalid_boolean', message })),
    );
  });
});
