import { MAX_ATTRIBUTE_BYTES, MAX_ATTRIBUTES } from './record-fields.js';
import { userRecord } from './user-record.js';

const read = (record: unknown) => userRecord.parse(record);
const refusal = (record: unknown) => {
  const { error } = userRecord.safeParse(record);
  return error && { path: error.issues[0]?.path.join('.'), message: error.issues[0]?.message };
};

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

describe('R4: nothing but true and false is a boolean', () => {
  test.each([true, false])('active: %s', (active) => expect(read({ active })).toEqual({ active }));
  test.each(['false', 'true', '', 'no', '0', '1', 0, 1, [], {}])('active: %j is an error', (active) => {
    expect(refusal({ active })?.path).toBe('active');
  });
  test.each(['false', 0, '0', 'yes'])('isMain and isOwner: %j is an error', (value) => {
    expect(refusal({ departments: [{ uid: 'd', isMain: value }] })?.path).toMatch(/^departments/);
    expect(refusal({ departments: [{ uid: 'd', isOwner: value }] })?.path).toMatch(/^departments/);
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
  test('attributes must be an object', () => {
    expect(refusal({ attributes: 'x' })?.path).toBe('attributes');
    expect(refusal({ attributes: [1] })?.path).toBe('attributes');
  });
  test(`${MAX_ATTRIBUTES} custom fields are fine, one more is not`, () => {
    const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, at]));
    expect(refusal(fields(MAX_ATTRIBUTES))).toBeUndefined();
    expect(refusal({ ...fields(MAX_ATTRIBUTES - 1), attributes: { a: 1, b: 2 } })?.path).toBe('attributes');
    expect(refusal(fields(MAX_ATTRIBUTES + 1))?.path).toBe('attributes');
  });
  test(`${MAX_ATTRIBUTE_BYTES} bytes of custom fields are fine, one more is not`, () => {
    const bytes = (size: number) => ({ note: 'ü' + 'x'.repeat(size - '{"note":""}'.length - 2) });
    expect(refusal(bytes(MAX_ATTRIBUTE_BYTES))).toBeUndefined();
    expect(refusal(bytes(MAX_ATTRIBUTE_BYTES + 1))?.path).toBe('attributes');
  });
  test.each([
    ['a NUL in a value', { note: 'a\u0000' }],
    ['a NUL deep in a value', { note: [{ a: '\u0000' }] }],
    ['a NUL in a key', { 'a\u0000': 1 }],
    ['half a surrogate pair', { note: '\ud800' }],
  ])('custom fields with %s are refused', (_name, record) => expect(refusal(record)?.path).toBe('attributes'));
});

describe('text fields', () => {
  test('the raw value is kept as sent (R5)', () =>
    expect(read({ email: ' Ann@Ex.COM ' })).toEqual({ email: ' Ann@Ex.COM ' }));
  test('integers are kept as text', () => expect(read({ phone: 123 })).toEqual({ phone: '123' }));
  test('255 characters are fine, one more is not', () => {
    expect(refusal({ title: 'x'.repeat(255) })).toBeUndefined();
    expect(refusal({ title: 'x'.repeat(256) })?.path).toBe('title');
  });
  test.each([[true], [1.5], [{}], [[]], ['a\u0000'], ['\udc00']])('%j is no text', (title) => {
    expect(refusal({ title })?.path).toBe('title');
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
  test.each([['d1'], [{}], [['']], [[null]], [[{ isMain: true }]], [[1.5]], [[{ uid: 'a', order: '1' }]]])(
    '%j is refused',
    (departments) => expect(refusal({ departments })?.path).toMatch(/^departments/),
  );
  test('1,000 claims are fine, one more is not', () => {
    const claims = (count: number) => Array.from({ length: count }, (_, at) => `d${at}`);
    expect(refusal({ departments: claims(1_000) })).toBeUndefined();
    expect(refusal({ departments: claims(1_001) })?.path).toBe('departments');
  });
});

test.each([null, 'x', 1, [], undefined])('a record must be an object, not %j', (record) => {
  expect(userRecord.safeParse(record).success).toBe(false);
});
