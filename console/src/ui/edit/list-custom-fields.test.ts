import { customFieldOf, editCustomFields, listCustomFields } from './list-custom-fields.js';

const ATTRIBUTES = { room: 'B 12', 'cost.centre': '4100', floor: 3, tags: ['a'] };
const SUPPLIERS = {
  title: { source: 'manual' },
  'attributes.room': { source: 'hr' },
  'attributes.parking': { source: 'manual' },
};

test('custom fields are listed with their values as texts, and one that was cleared by hand without a value', () => {
  expect(listCustomFields(ATTRIBUTES, SUPPLIERS).map(({ name, label, text }) => [name, label, text])).toEqual([
    ['attributes.room', 'room', 'B 12'],
    ['attributes.cost.centre', 'cost.centre', '4100'],
    ['attributes.floor', 'floor', '3'],
    ['attributes.tags', 'tags', '["a"]'],
    ['attributes.parking', 'parking', null],
  ]);
});

test('only those that are texts, or have no value, have an input', () => {
  expect(editCustomFields(ATTRIBUTES, SUPPLIERS).map(({ label, value }) => [label, value])).toEqual([
    ['room', 'B 12'],
    ['cost.centre', '4100'],
    ['parking', ''],
  ]);
});

test('a name tells a custom field from one of the kind, also where both are called the same', () => {
  expect(['title', 'attributes.title', 'attributes.a.b'].map(customFieldOf)).toEqual([null, 'title', 'a.b']);
});
