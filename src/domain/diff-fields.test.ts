import fc from 'fast-check';
import { diffFields, mergeAttributes } from './compose-fields.js';

const fields = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }));

test('equal fields need nothing', () => {
  fc.assert(fc.property(fields, (row) => diffFields(row, row) === null || 'attributes' in row));
  expect(diffFields({ attributes: { a: { b: [1] } } }, { attributes: { a: { b: [1] } } })).toBeNull();
});

test('after a difference is written there is none', () => {
  fc.assert(
    fc.property(fields, fields, (row, wanted) => {
      const difference = diffFields(row, wanted);
      expect(diffFields({ ...row, ...difference?.after }, wanted)).toBeNull();
    }),
  );
});

test('a field may have the name of something that every object inherits', () => {
  const wanted = JSON.parse('{ "valueOf": null, "toString": "x", "__proto__": 1 }') as Record<string, unknown>;
  expect(Object.entries(diffFields({}, wanted)?.after ?? {})).toEqual([
    ['toString', 'x'],
    ['__proto__', 1],
  ]);
});

test('only the fields that differ are named, with what was there', () => {
  const row = { title: 'A', email: 'a@x', active: true };
  expect(diffFields(row, { title: 'B', email: 'a@x' })).toEqual({ before: { title: 'A' }, after: { title: 'B' } });
});

test('a field that is not wanted stays', () => expect(diffFields({ title: 'A' }, {})).toBeNull());

test('no value and null are the same', () => {
  expect(diffFields({}, { title: null })).toBeNull();
  expect(diffFields({}, { title: 'A' })).toEqual({ before: { title: null }, after: { title: 'A' } });
});

test('R2: custom fields that are not named stay, null removes one', () => {
  expect(diffFields({ attributes: { a: 1, b: 2 } }, { attributes: { b: null, c: 3 } })).toEqual({
    before: { attributes: { a: 1, b: 2 } },
    after: { attributes: { a: 1, c: 3 } },
  });
  expect(diffFields({ attributes: { a: 1 } }, { attributes: { b: null } })).toBeNull();
  expect(mergeAttributes(null, { a: 1 })).toEqual({ a: 1 });
});
