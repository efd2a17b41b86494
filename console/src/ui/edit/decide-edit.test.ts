import { decideEdit } from './decide-edit.js';
import type { EditField } from './edit-field.js';
import { editCustomFields } from './list-custom-fields.js';

const FIELDS: readonly EditField[] = [
  { name: 'title', label: 'Title', type: 'text', value: 'Engineer' },
  { name: 'phone', label: 'Phone', type: 'text', value: '' },
  { name: 'order', label: 'Order', type: 'number', value: '2.5' },
  ...editCustomFields({ room: 'B 12', 'cost.centre': '4100', floor: 3 }, {}),
];

describe('what an edit by hand sends', () => {
  test('is nothing when no field was touched, or each has its present text again', () => {
    expect(decideEdit(FIELDS, {})).toBeNull();
    expect(decideEdit(FIELDS, { title: 'Engineer', phone: '', order: '2.5', 'attributes.room': 'B 12' })).toBeNull();
  });

  test('is only what differs', () => {
    expect(decideEdit(FIELDS, { title: 'CTO', phone: '', order: '2.5' })).toEqual({ fields: { title: 'CTO' } });
  });

  test('empties a field whose text is blank; one that must have a value is left to the API to refuse', () => {
    expect(decideEdit(FIELDS, { title: '', order: ' ' })).toEqual({ fields: { title: null, order: null } });
    const required = [{ ...FIELDS[0]!, isRequired: true }];
    expect(decideEdit(required, { title: ' ' })).toEqual({ fields: { title: '' } });
  });

  test('has numbers for fields that are numbers, and texts for all others', () => {
    expect(decideEdit(FIELDS, { order: ' -3 ', phone: '0301234' })).toEqual({
      fields: { order: -3, phone: '0301234' },
    });
    expect(decideEdit(FIELDS, { order: 'first' })).toEqual({ fields: { order: 'first' } });
    expect(decideEdit(FIELDS, { order: 'Infinity' })).toEqual({ fields: { order: 'Infinity' } });
  });

  test('has the custom fields in a bag of their own, also those with a dot in their name', () => {
    const typed = { 'attributes.room': 'C 1', 'attributes.cost.centre': '' };
    expect(decideEdit(FIELDS, typed)).toEqual({ fields: { attributes: { room: 'C 1', 'cost.centre': null } } });
  });

  test('ignores what is no field of the form', () => {
    expect(decideEdit(FIELDS, { id: 'x', 'attributes.floor': '4' })).toBeNull();
  });
});
