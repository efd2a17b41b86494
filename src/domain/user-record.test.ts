import { MAX_ATTRIBUTE_BYTES, MAX_ATTRIBUTES } from './custom-fields.js';
import { readFields } from './read-fields.js';
import { userRecord } from './user-record.js';

const read = (record: unknown) => userRecord.parse(record);
/** The fields of a record that are used, and those that are left out: `field: code`. */
const readPart = (record: unknown) => {
  const verdict = readFields(userRecord, record);
  if (!verdict.ok) throw new Error(verdict.message);
  return { value: verdict.value, leftOut: verdict.problems.map(({ field, code }) => `${field}: ${code}`) };
};
const leftOut = (record: unknown) => readPart(record).leftOut;

describe('R3: absent, null and empty are three things', () => {
  test('an absent key stays absent', () => expect(read({})).toEqual({}));
  test.each(['username', 'nickname', 'email', 'phone', 'title', 'managerUid'])('%s: null clears', (name) => {
    expect(read({ [name]: null })).toEqual({ [name]: null });
    expect(read({ [name]: '' })).toEqual({ [name]: null });
  });
  test.each(['username', 'nickname', 'email', 'phone', 'title'])('%s: blank clears', (name) => {
    expect(read({ [name]: ' \t' })).toEqual({ [name]: null });
  });
  test('an undefined value is absent', () => expect(read({ email: undefined, badge: undefined })).toEqual({}));
  test('departments: null and [] claim none, absent claims nothing', () => {
    expect(read({ departments: null })).toEqual({ departments: [] });
    expect(read({ departments: [] })).toEqual({ departments: [] });
    expect(read({ username: 'a' })).not.toHaveProperty('departments');
  });
  test('active: null says nothing, which never deactivates', () => expect(read({ active: null })).toEqual({}));
});

describe('R2: a username shows on one line', () => {
  test.each([
    '\u202e',
    '\u200b',
    '\u00ad\u2060',
    '\u200b \u200d',
    'a\nb',
    'a\r\nb',
    'a\tb',
    'a\u0007',
    'a\u0085b',
    'a\u2028b',
  ])('%j is left out', (username) =>
    expect(readPart({ username, title: 'A' })).toEqual({ value: { title: 'A' }, leftOut: ['username: invalid_field'] }),
  );
  test.each(['ann', ' ann\n', 'Zoë', '张伟', 'an\u200bn', 'نامه\u200cای', '😀', 7])(
    '%j is used as sent',
    (username) => {
      expect(read({ username })).toEqual({ username: String(username) });
    },
  );
});

describe('R7: each unusable claim is named', () => {
  test('several claims of one record', () => {
    const { value, leftOut: left } = readPart({ departments: [1.5, 'd', true, { uid: 'e', isMain: 'x' }] });
    expect(value['departments']).toMatchObject([{ uid: 'd' }, { uid: 'e' }]);
    expect(left).toEqual(['departments: invalid_uid', 'departments: invalid_uid', 'departments: invalid_boolean']);
  });
  test('claims after the thousandth are one problem', () => {
    const departments = Array.from({ length: 1_005 }, (_, at) => `d${at}`);
    expect(leftOut({ departments })).toEqual(['departments: too_many_departments']);
  });
});

describe('R4: nothing but true and false is a boolean', () => {
  test.each([true, false])('active: %s', (active) => expect(read({ active })).toEqual({ active }));
  test.each(['false', 'true', '', 'no', '0', '1', 0, 1, [], {}])('active: %j is left out', (active) => {
    expect(readPart({ active, title: 'A' })).toEqual({ value: { title: 'A' }, leftOut: ['active: invalid_boolean'] });
  });
  test.each(['false', 0, '0', 'yes', [], {}])('isMain and isOwner: %j is left out, the claim stays', (value) => {
    const claim = { uid: 'd', isMain: false, isOwner: false, order: null };
    const without = (flag: string) => Object.fromEntries(Object.entries(claim).filter(([name]) => name !== flag));
    for (const flag of ['isMain', 'isOwner']) {
      const departments = [{ uid: 'd', [flag]: value }];
      const wanted = { value: { departments: [without(flag)] }, leftOut: ['departments: invalid_boolean'] };
      expect(readPart({ departments })).toEqual(wanted);
    }
  });
});

describe('R2: only fields of the schema reach a column', () => {
  test.each([
    ...[
      'id',
      'uid',
      'roles',
      'password',
      'token',
      'resetToken',
      'systemSettings',
      'createdAt',
      'updatedAt',
      'lockedAt',
    ],
    ...['protected', 'version', 'constructor', 'prototype', 'isDeleted', 'deactivatedAt'],
  ])('%s is dropped, at the top and in attributes', (name) => {
    expect(read({ [name]: 'x', attributes: { [name]: 'x', ok: 1 } })).toEqual({ attributes: { ok: 1 } });
  });
  test('__proto__ is dropped and pollutes nothing', () => {
    const sent: unknown = JSON.parse('{"__proto__":{"active":false,"x":1},"attributes":{"__proto__":{"y":1},"ok":1}}');
    const record = read(sent);
    expect(record).toEqual({ attributes: { ok: 1 } });
    expect(record['active']).toBeUndefined();
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
  });
  test('unknown keys become custom fields of any JSON type, beside those of attributes', () => {
    const custom = { badge: 7, tags: ['a'], nested: { a: null }, off: false, gone: null };
    expect(read({ ...custom, attributes: { city: 'Ulm' } })).toEqual({ attributes: { ...custom, city: 'Ulm' } });
  });
  test.each([['x'], [[1]], [7], [true]])('attributes must be an object, not %j', (attributes) => {
    expect(readPart({ attributes, badge: 1 })).toEqual({
      value: { attributes: { badge: 1 } },
      leftOut: ['attributes: wrong_type'],
    });
  });
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${String(at).padStart(3, '0')}`, at]));
  test(`${MAX_ATTRIBUTES} custom fields are kept; of more, the first by name`, () => {
    expect(leftOut(many(MAX_ATTRIBUTES))).toEqual([]);
    expect(leftOut({ ...many(MAX_ATTRIBUTES - 1), attributes: { a: 1, b: 2 } })).toEqual([
      'attributes.k062: too_many_fields',
    ]);
    const { value, leftOut: gone } = readPart({ ...many(MAX_ATTRIBUTES + 2), email: 'a@x.example' });
    expect(gone).toEqual(['attributes.k064: too_many_fields', 'attributes.k065: too_many_fields']);
    expect(value).toEqual({ email: 'a@x.example', attributes: many(MAX_ATTRIBUTES) });
  });
  test('thousands of custom fields are left out in a few lines', () => {
    const { value, leftOut: gone } = readPart(many(1_000));
    expect(value['attributes']).toEqual(many(MAX_ATTRIBUTES));
    expect(gone).toHaveLength(21);
    expect(gone.at(-1)).toBe('attributes: too_many_fields');
  });
  test('null takes a custom field away and takes no place', () => {
    const nulls = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`gone${at}`, null]));
    expect(leftOut({ ...many(MAX_ATTRIBUTES), ...nulls })).toEqual([]);
  });
  test(`${MAX_ATTRIBUTE_BYTES} bytes of custom fields are fine, one more is not`, () => {
    const bytes = (size: number) => ({ note: 'ü' + 'x'.repeat(size - '{"note":""}'.length - 2) });
    expect(leftOut(bytes(MAX_ATTRIBUTE_BYTES))).toEqual([]);
    expect(readPart({ ...bytes(MAX_ATTRIBUTE_BYTES + 1), badge: 1 })).toEqual({
      value: { attributes: { badge: 1 } },
      leftOut: ['attributes.note: too_large'],
    });
  });
  test('one that does not fit beside the others is left out, whatever the order of the keys', () => {
    const parts = { a: 'x'.repeat(9_000), b: 'y'.repeat(9_000), c: 'z' };
    const turned = Object.fromEntries(Object.entries(parts).reverse());
    for (const record of [parts, turned, { attributes: turned }]) {
      expect(leftOut(record)).toEqual(['attributes.b: too_large']);
      expect(Object.keys(readPart(record).value['attributes'] as object).sort()).toEqual(['a', 'c']);
    }
  });
  test('one that is too large in both places is left out of both', () => {
    const record = { photo: 'x'.repeat(20_000), attributes: { photo: 'y'.repeat(20_000), ok: 1 } };
    expect(readPart(record)).toEqual({ value: { attributes: { ok: 1 } }, leftOut: ['attributes.photo: too_large'] });
  });
  test.each([
    ['a NUL in a value', { note: 'a\u0000' }, 'attributes.note: invalid_text'],
    ['a NUL deep in a value', { note: [{ a: '\u0000' }] }, 'attributes.note: invalid_text'],
    ['a NUL in a key', { 'a\u0000': 1 }, 'attributes.a\ufffd: invalid_text'],
    ['half a surrogate pair', { note: '\ud800' }, 'attributes.note: invalid_text'],
  ])('custom fields with %s are left out', (_name, record, wanted) => {
    expect(readPart({ ...record, badge: 1 })).toEqual({ value: { attributes: { badge: 1 } }, leftOut: [wanted] });
  });
});

describe('text fields', () => {
  test('R2, R5: the value is kept as sent, an e-mail without the blanks around it', () => {
    expect(read({ email: ' Ann@Ex.COM ' })).toEqual({ email: 'Ann@Ex.COM' });
    expect(read({ username: ' Ann ' })).toEqual({ username: ' Ann ' });
  });
  test('integers are kept as text', () => expect(read({ phone: 123 })).toEqual({ phone: '123' }));
  test.each([
    ['x', 255],
    ['ü', 255],
    ['中', 255],
    ['😀', 255],
    ['𠮷', 255],
  ])('255 characters are fine, one more is not: %s', (letter, most) => {
    expect(readPart({ title: letter.repeat(most) }).value).toEqual({ title: letter.repeat(most) });
    expect(leftOut({ title: letter.repeat(most + 1) })).toEqual(['title: too_long']);
  });
  test.each([
    [true, 'wrong_type'],
    [1.5, 'wrong_type'],
    [{}, 'wrong_type'],
    [[], 'wrong_type'],
    ['a\u0000', 'invalid_text'],
    ['\udc00', 'invalid_text'],
    ['\u0000'.repeat(300), 'invalid_text'],
  ])('%j is no text: it is left out, the others are used', (title, code) => {
    expect(readPart({ title, nickname: 'Ann' })).toEqual({ value: { nickname: 'Ann' }, leftOut: [`title: ${code}`] });
  });
  test('all of them at once: the person stays', () => {
    const bad = { username: {}, nickname: [], email: true, phone: 1.5, title: false, managerUid: {}, active: 'yes' };
    expect(readPart({ ...bad, departments: 'd1', attributes: 'x' })).toEqual({
      value: {},
      leftOut: [
        ...['username', 'nickname', 'email', 'phone', 'title'].map((field) => `${field}: wrong_type`),
        'managerUid: invalid_uid',
        'active: invalid_boolean',
        'departments: wrong_type',
        'attributes: wrong_type',
      ],
    });
  });
});

describe('departments', () => {
  test('an id alone, a number, and the long form', () => {
    const departments = ['d1', 2, { uid: 'd3', isMain: true, isOwner: true, order: -1.5 }, { uid: 'd4', sort: 3 }];
    expect(read({ departments })['departments']).toEqual([
      { uid: 'd1', isMain: false, isOwner: false, order: null },
      { uid: '2', isMain: false, isOwner: false, order: null },
      { uid: 'd3', isMain: true, isOwner: true, order: -1.5 },
      { uid: 'd4', isMain: false, isOwner: false, order: 3 },
    ]);
  });
  test('R24: of several main departments the last one counts', () => {
    const departments = ['a', 'b', 'c'].map((uid) => ({ uid, isMain: uid !== 'c' }));
    const claims = read({ departments })['departments'] as { uid: string; isMain: boolean }[];
    expect(claims.filter((claim) => claim.isMain).map((claim) => claim.uid)).toEqual(['b']);
  });
  test('a department that is named twice is one claim, the last one said', () => {
    const departments = [{ uid: 'a', isOwner: true }, { uid: 'a' }];
    expect(read({ departments })['departments']).toEqual([{ uid: 'a', isMain: false, isOwner: false, order: null }]);
  });
  const a = { uid: 'a', isMain: false, isOwner: false, order: null };
  test.each([['d1'], [{}], [7], [true]])('%j is no list: it is left out', (departments) => {
    expect(readPart({ departments, title: 'A' })).toEqual({
      value: { title: 'A' },
      leftOut: ['departments: wrong_type'],
    });
  });
  test.each([
    ['', 'missing_uid'],
    [null, 'missing_uid'],
    [{}, 'missing_uid'],
    [{ isMain: true }, 'missing_uid'],
    [1.5, 'invalid_uid'],
    [true, 'invalid_uid'],
    [['a'], 'invalid_uid'],
    ['a\u0000', 'invalid_uid'],
    ['x'.repeat(256), 'invalid_uid'],
    [{ uid: { uid: 'a' } }, 'invalid_uid'],
  ])('a claim that is %j is left out, the others are used', (claim, code) => {
    for (const departments of [
      ['a', claim],
      [claim, 'a'],
      [claim, 'a', claim],
    ]) {
      const named = Array.from({ length: departments.length - 1 }, () => `departments: ${code}`);
      expect(readPart({ departments })).toEqual({ value: { departments: [a] }, leftOut: named });
    }
  });
  test('an order that is no number is left out, the claim stays', () => {
    expect(readPart({ departments: [{ uid: 'a', order: '1' }] })).toEqual({
      value: { departments: [a] },
      leftOut: ['departments: wrong_type'],
    });
  });
  test('1,000 claims are fine, one more is left out', () => {
    const claims = (count: number) => Array.from({ length: count }, (_, at) => `d${at}`);
    expect(leftOut({ departments: claims(1_000) })).toEqual([]);
    const { value, leftOut: gone } = readPart({ departments: claims(1_003) });
    expect(value['departments']).toHaveLength(1_000);
    expect(gone).toEqual(['departments: too_many_departments']);
  });
});

test.each([null, 'x', 1, [], undefined])('a record must be an object, not %j', (record) => {
  expect(userRecord.safeParse(record).success).toBe(false);
});
