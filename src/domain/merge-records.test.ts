import fc from 'fast-check';
import { mergeRecords } from './merge-records.js';

const record = fc.dictionary(fc.constantFrom('a', 'b'), fc.option(fc.integer()));
const whole = fc.tuple(record, fc.option(record, { nil: undefined })).map(([fields, attributes]) => ({
  ...fields,
  ...(attributes && Object.keys(attributes).length > 0 ? { attributes } : {}),
}));

test('R3: absent keys stay, said ones replace, custom fields one by one', () => {
  const earlier = { title: 'A', email: 'a@x', attributes: { city: 'Ulm', badge: 1 } };
  const later = { email: null, attributes: { badge: 2 } };
  expect(mergeRecords(earlier, later)).toEqual({ title: 'A', email: null, attributes: { city: 'Ulm', badge: 2 } });
});

describe('R7: departments of which one could not be read', () => {
  const claim = (uid: string, more: object = {}) => ({ uid, isMain: false, isOwner: false, order: null, ...more });
  const merge = (known: Readonly<Record<string, unknown>>, given: Readonly<Record<string, unknown>>) =>
    mergeRecords(known, given, new Set(['departments']))['departments'];

  test('the others are taken, and those that were known stay', () => {
    const known = { departments: [claim('a'), claim('b', { isMain: true })] };
    expect(merge(known, { departments: [claim('c'), claim('a', { isOwner: true })] })).toEqual([
      claim('a', { isOwner: true }),
      claim('b', { isMain: true }),
      claim('c'),
    ]);
    expect(merge({}, { departments: [claim('c')] })).toEqual([claim('c')]);
  });
  test('a new main department replaces the known one; a flag that could not be read stays as it was known', () => {
    const known = { departments: [claim('a', { isMain: true, isOwner: true })] };
    expect(merge(known, { departments: [claim('b', { isMain: true })] })).toEqual([
      claim('a', { isOwner: true }),
      claim('b', { isMain: true }),
    ]);
    expect(merge(known, { departments: [{ uid: 'a', isOwner: false, order: 1 }] })).toEqual([
      claim('a', { isMain: true, order: 1 }),
    ]);
  });
  test('a whole field that is left out stays as it was known', () => {
    expect(merge({ departments: [claim('a')] }, {})).toEqual([claim('a')]);
  });
});

test('R6: saying the same again changes nothing, and the order of grouping does not matter', () => {
  fc.assert(
    fc.property(whole, whole, whole, (one, two, three) => {
      expect(mergeRecords(mergeRecords(one, two), two)).toEqual(mergeRecords(one, two));
      expect(mergeRecords(mergeRecords(one, two), three)).toEqual(mergeRecords(one, mergeRecords(two, three)));
    }),
    { numRuns: 1_000 },
  );
});

test('R6, R44: words about different things come in any order and any number of times to the same end', () => {
  const uid = fc.constantFrom('u0', 'u1', 'u2');
  const words = fc.uniqueArray(fc.record({ uid, data: whole }), { selector: (word) => word.uid });
  type Said = { readonly uid: string; readonly data: Readonly<Record<string, unknown>> };
  const end = (said: readonly Said[]) => {
    const known = new Map<string, Readonly<Record<string, unknown>>>();
    for (const word of said) known.set(word.uid, mergeRecords(known.get(word.uid) ?? {}, word.data));
    return Object.fromEntries([...known].sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  const shuffled = words.chain((once) => fc.tuple(fc.constant(once), orderings(once)));
  fc.assert(
    fc.property(shuffled, ([once, anyOrder]) => {
      expect(end(anyOrder)).toEqual(end(once));
    }),
    { numRuns: 1_000 },
  );
});

/** Every item at least once, some several times, in any order. */
function orderings<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  const again = fc.subarray([...items]);
  return again.chain((more) => fc.shuffledSubarray([...items, ...more], { minLength: items.length + more.length }));
}
