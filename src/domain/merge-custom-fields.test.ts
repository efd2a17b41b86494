import fc from 'fast-check';
import { isWithinLimits, MAX_ATTRIBUTE_BYTES, MAX_ATTRIBUTES } from './custom-fields.js';
import { mergeCustomFields } from './merge-custom-fields.js';

const many = (count: number, prefix: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`${prefix}${String(at).padStart(3, '0')}`, at]));
const text = (size: number) => 'x'.repeat(size);
const merge = (known: object, said: object) => {
  const { kept, unfit } = mergeCustomFields(known as Record<string, unknown>, said as Record<string, unknown>);
  return { kept, left: unfit.map(({ problem }) => `${problem.field} ${problem.code}`) };
};

test.each([
  ['nothing known', {}, { a: 1 }, { a: 1 }, []],
  ['within the limits', { a: 1, b: 2 }, { b: 3, c: 4 }, { a: 1, b: 3, c: 4 }, []],
  [
    'a new field beside the most that are kept',
    many(MAX_ATTRIBUTES, 'k'),
    { a: 1 },
    many(MAX_ATTRIBUTES, 'k'),
    ['attributes.a too_many_fields'],
  ],
  [
    'a new value of a known field takes no place',
    many(MAX_ATTRIBUTES, 'k'),
    { k001: 'new', z: 1 },
    { ...many(MAX_ATTRIBUTES, 'k'), k001: 'new' },
    ['attributes.z too_many_fields'],
  ],
  [
    'a field that is cleared makes room for another',
    many(MAX_ATTRIBUTES, 'k'),
    { a: 1, k063: null },
    { ...many(MAX_ATTRIBUTES, 'k'), a: 1, k063: null },
    [],
  ],
  [
    'a value that is too large leaves the known one',
    { photo: text(100), city: 'Ulm' },
    { photo: text(20_000), city: 'Bonn' },
    { photo: text(100), city: 'Bonn' },
    ['attributes.photo too_large'],
  ],
  [
    'a value that grows takes nothing from the other known fields',
    { a: text(8_000), z: text(8_000) },
    { a: text(9_000), z: text(8_000) },
    { a: text(8_000), z: text(8_000) },
    ['attributes.a too_large'],
  ],
  [
    'a value that shrinks makes room for one that grows',
    { a: text(8_000), z: text(8_000) },
    { a: text(9_000), z: text(4_000) },
    { a: text(9_000), z: text(4_000) },
    [],
  ],
  [
    'a known field that grows comes before a new one',
    { z: text(6_000) },
    { a: text(9_000), z: text(9_000) },
    { z: text(9_000) },
    ['attributes.a too_large'],
  ],
  [
    'null of a field that is not known',
    { a: text(16_300) },
    { b: null, c: text(200) },
    { a: text(16_300), b: null },
    ['attributes.c too_large'],
  ],
  [
    'text of several bytes a character',
    { a: '部'.repeat(5_000) },
    { b: '门'.repeat(500) },
    { a: '部'.repeat(5_000) },
    ['attributes.b too_large'],
  ],
])('R2: %s', (_name, known, said, kept, left) => {
  expect(merge(known, said)).toEqual({ kept, left });
});

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const value = fc.oneof(fc.constant(null), fc.nat(7_000).map(text));
const bag = fc.dictionary(name, value);

test('R2, R7: whatever is said one after the other, the limits hold and no known field is lost unless it is cleared', () => {
  fc.assert(
    fc.property(fc.array(bag, { maxLength: 6 }), (words) => {
      let known: Record<string, unknown> = {};
      for (const said of words) {
        const { kept } = mergeCustomFields(known, said);
        const now = Object.fromEntries(Object.entries(kept).filter(([, one]) => one !== null));
        expect(isWithinLimits(now)).toBe(true);
        for (const key of Object.keys(known)) expect(key in now || said[key] === null).toBe(true);
        known = now;
      }
    }),
  );
});

test(`R2: exactly ${MAX_ATTRIBUTE_BYTES} bytes over two records are fine, one more is not`, () => {
  const known = { a: text(8_000) };
  const rest = MAX_ATTRIBUTE_BYTES - Buffer.byteLength(JSON.stringify({ ...known, b: '' }));
  expect(merge(known, { b: text(rest) }).left).toEqual([]);
  expect(merge(known, { b: text(rest + 1) }).left).toEqual(['attributes.b too_large']);
  expect(merge({ ...known, c: null }, { b: text(rest), d: null }).left).toEqual([]);
});
