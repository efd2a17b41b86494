import fc from 'fast-check';
import { composeFields, mergeAttributes } from './compose-fields.js';
import { isWithinLimits, MAX_ATTRIBUTES } from './custom-fields.js';
import { limitRowFields } from './limit-row-fields.js';

type Bag = Record<string, unknown>;

const many = (count: number, prefix: string): Bag =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`${prefix}${String(at).padStart(3, '0')}`, at]));

/** The fields of the row afterwards, and those reported as left out. */
function land(bags: readonly Bag[], have: Bag = {}) {
  const supplies = bags.map((attributes) => ({ attributes }));
  const composed = composeFields(supplies, ['attributes']);
  const { fields, problems } = limitRowFields(composed, supplies, { attributes: have });
  const left = problems.map((problem) => `${problem.field} ${problem.code}`);
  return { row: mergeAttributes(have, fields['attributes']), left };
}

describe('R13: several sources supply more custom fields than a row keeps', () => {
  test('those of the source with the highest priority come first', () => {
    const { row, left } = land([many(40, 'z'), many(40, 'a')]);
    expect(row).toEqual({ ...many(40, 'z'), ...many(24, 'a') });
    expect(left).toHaveLength(16);
    expect(left[0]).toBe('attributes.a024 too_many_fields');
  });

  test('the order in which the sources run does not matter', () => {
    const [high, low] = [many(40, 'z'), many(40, 'a')];
    const highFirst = land([high, low], land([high]).row).row;
    expect(land([high, low], land([low]).row).row).toEqual(highFirst);
  });

  test('what no source supplies any more stays as far as there is room, and is named where there is none', () => {
    const { row, left } = land([many(40, 'b')], many(30, 'a'));
    expect(row).toEqual({ ...many(40, 'b'), ...many(24, 'a') });
    expect(left).toHaveLength(6);
    expect(land([many(40, 'b')], row)).toEqual({ row, left: [] });
  });

  test('a value without room leaves the value that the row has', () => {
    const [high, low] = ['x'.repeat(9_000), 'y'.repeat(7_000)];
    const { row, left } = land([{ a: high }, { b: 'z'.repeat(9_000) }], { a: high, b: low });
    expect(row).toEqual({ a: high, b: low });
    expect(left).toEqual(['attributes.b too_large']);
  });

  test('null of a source makes room', () => {
    const { row, left } = land([{ ...many(40, 'b'), a000: null }], many(25, 'a'));
    expect(Object.keys(row)).toHaveLength(MAX_ATTRIBUTES);
    expect(row).not.toHaveProperty('a000');
    expect(left).toEqual([]);
  });
});

const bag = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  fc.oneof(
    fc.constant(null),
    fc.nat(9_000).map((size) => 'x'.repeat(size)),
  ),
);

test('R2, R13: whatever the sources say, the row holds to the limits', () => {
  fc.assert(
    fc.property(fc.array(bag, { minLength: 1, maxLength: 4 }), fc.array(bag, { maxLength: 3 }), (bags, before) => {
      const have = land(before).row;
      const { row } = land(bags, have);
      expect(isWithinLimits(row)).toBe(true);
    }),
  );
});
