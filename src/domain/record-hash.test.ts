import fc from 'fast-check';
import { hashRecord } from './record-hash.js';

const json = fc.jsonValue({ maxDepth: 4 });

/** The same content with the keys of every object in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).map(([key, inner]) => [key, reversed(inner)] as const);
  return Object.fromEntries(members.reverse());
}

test('the order of keys does not matter, at any depth', () => {
  fc.assert(fc.property(json, (value) => hashRecord(reversed(value), '') === hashRecord(value, '')));
});

test('content that goes through JSON keeps its hash', () => {
  fc.assert(
    fc.property(
      json,
      (value) => hashRecord(JSON.parse(JSON.stringify(value)) as unknown, '') === hashRecord(value, ''),
    ),
  );
});

test('different content has a different hash', () => {
  fc.assert(
    fc.property(json, json, (one, other) => {
      const same = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
      return same === (hashRecord(one, '') === hashRecord(other, ''));
    }),
  );
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.entries(value)
    .map(([key, inner]) => [key, sorted(inner)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .concat([['', {}]]);
}

test.each([
  [{ a: 1 }, { a: '1' }],
  [{ a: null }, {}],
  [{ a: [1, 2] }, { a: [2, 1] }],
  [{ a: [] }, { a: {} }],
  [{ a: { b: 1 } }, { 'a.b': 1 }],
  [{ a: true }, { a: 'true' }],
])('%j is not %j', (one, other) => {
  expect(hashRecord(one, '')).not.toBe(hashRecord(other, ''));
});

test('an undefined member is left out, as JSON does', () => {
  expect(hashRecord({ a: 1, b: undefined }, '')).toBe(hashRecord({ a: 1 }, ''));
});

test('it is 128 bits in hex and depends on the salt', () => {
  expect(hashRecord({}, '')).toMatch(/^[0-9a-f]{32}$/);
  expect(hashRecord({}, 'mapping')).not.toBe(hashRecord({}, ''));
});

test('it stays the same from version to version: what is stored is compared with it', () => {
  const data = { b: [1, 'é', null, {}], a: { y: true, x: undefined } };
  expect(hashRecord(data, 'salt')).toBe('6d909a657de6cd571f7394ce5431f6c3');
});
