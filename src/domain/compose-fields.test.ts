import fc from 'fast-check';
import { composeFields } from './compose-fields.js';

const NAMES = ['a', 'b', 'attributes'];
const value = fc.option(fc.integer({ min: 0, max: 3 }), { nil: null });
const bag = fc.dictionary(fc.constantFrom('x', 'y', 'z'), value);
const supply = fc.record({ a: value, b: value, attributes: bag }, { requiredKeys: [] });
const supplies = fc.array(supply, { maxLength: 4 });

test.each([
  ['no source sets a field', [], {}],
  ['one says it', [{ a: 1 }], { a: 1 }],
  ['the first wins', [{ a: 1 }, { a: 2 }], { a: 1 }],
  ['the first is silent', [{}, { a: 2 }], { a: 2 }],
  ['the first cleared it, the next takes over', [{ a: null }, { a: 2 }], { a: 2 }],
  ['one cleared it and no other fills it', [{}, { a: null }], { a: null }],
  [
    'falsy values are values',
    [
      { a: 0, b: false },
      { a: 1, b: true },
    ],
    { a: 0, b: false },
  ],
  [
    'custom fields are composed one by one',
    [{ attributes: { x: 1, y: null } }, { attributes: { x: 2, y: 3, z: 4 } }],
    { attributes: { x: 1, y: 3, z: 4 } },
  ],
  ['no custom fields say nothing', [{ attributes: {} }], {}],
  ['a custom field may be called attributes', [{ attributes: { attributes: 1 } }], { attributes: { attributes: 1 } }],
])('R13: %s', (_name, given, wanted) => {
  expect(composeFields(given, NAMES)).toEqual(wanted);
});

test('R13: a source that comes last never changes what a higher one supplies', () => {
  fc.assert(
    fc.property(supplies, supply, (higher, last) => {
      const before = composeFields(higher, ['a', 'b']);
      const after = composeFields([...higher, last], ['a', 'b']);
      for (const [name, have] of Object.entries(before)) if (have !== null) expect(after[name]).toBe(have);
    }),
  );
});

test('R13: saying the same twice is saying it once', () => {
  fc.assert(
    fc.property(supplies, (all) => {
      expect(composeFields([...all, ...all], NAMES)).toEqual(composeFields(all, NAMES));
    }),
  );
});

test('R13: composing in two steps is composing in one', () => {
  fc.assert(
    fc.property(supplies, supplies, (high, low) => {
      const steps = composeFields([composeFields(high, NAMES), composeFields(low, NAMES)], NAMES);
      expect(steps).toEqual(composeFields([...high, ...low], NAMES));
    }),
  );
});
