import { composeFields, findSuppliers, rankSupplies } from './compose-fields.js';
import { MANUAL_SOURCE } from './manual-source.js';

const supply = (sourceName: string, priority: number, fields: object) => {
  return { sourceId: sourceName, sourceName, priority, fields: { ...fields } };
};
const byHand = (fields: object) => ({
  sourceId: MANUAL_SOURCE.id,
  sourceName: 'manual',
  priority: MANUAL_SOURCE.priority,
  fields: { ...fields },
});
const composed = (...supplies: ReturnType<typeof supply>[]) =>
  composeFields(
    rankSupplies(supplies).map(({ fields }) => fields),
    ['title', 'phone', 'attributes'],
  );

test('R13: the highest priority comes first, equal ones by name', () => {
  const ranked = rankSupplies([supply('b', 1, {}), supply('c', 2, {}), supply('a', 1, {})]);
  expect(ranked.map(({ sourceName }) => sourceName)).toEqual(['c', 'a', 'b']);
});

test('R51: a field that is emptied by hand stays empty; null of another source gives way (R13)', () => {
  const low = supply('low', 1, { title: 'T', phone: '1', attributes: { badge: 1, desk: 2 } });
  const nulls = { title: null, attributes: { badge: null } };
  expect(composed(low, byHand(nulls))).toEqual({ title: null, phone: '1', attributes: { badge: null, desk: 2 } });
  expect(composed(low, supply('high', 9, nulls))).toEqual({
    title: 'T',
    phone: '1',
    attributes: { badge: 1, desk: 2 },
  });
});

test('the supplier of a field is the first source that has a value of it', () => {
  const low = supply('low', 1, { title: 'T', phone: '1', email: null, attributes: { badge: 1, desk: 2 } });
  const high = supply('high', 2, { title: null, phone: '2' });
  const hand = byHand({ nickname: null, attributes: { desk: null } });
  expect(findSuppliers(rankSupplies([low, high, hand]))).toEqual({
    ...{ title: 'low', phone: 'high', nickname: 'manual' },
    ...{ 'attributes.badge': 'low', 'attributes.desk': 'manual' },
  });
});
