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

test('R6: saying the same again changes nothing, and the order of grouping does not matter', () => {
  fc.assert(
    fc.property(whole, whole, whole, (one, two, three) => {
      expect(mergeRecords(mergeRecords(one, two), two)).toEqual(mergeRecords(one, two));
      expect(mergeRecords(mergeRecords(one, two), three)).toEqual(mergeRecords(one, mergeRecords(two, three)));
    }),
  );
});
