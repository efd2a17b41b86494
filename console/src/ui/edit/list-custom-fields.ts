import type { EditField } from './edit-field.js';
import type { Suppliers } from './supplier.js';

/** A custom field as a page shows it. */
export interface CustomField {
  /** Its name in answers and releases of the API: `attributes.x` for the custom field x. */
  readonly name: string;
  readonly label: string;
  /** null = it has no value. */
  readonly text: string | null;
  /** Whether it can be edited as a text. */
  readonly isText: boolean;
}

const PREFIX = 'attributes.';

/** The custom field that a name of the API stands for; null = the name of another field. */
export function customFieldOf(name: string): string | null {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : null;
}

/** The custom fields of a person or department, and those without a value that a source supplies: cleared by hand. */
export function listCustomFields(attributes: Readonly<Record<string, unknown>>, suppliers: Suppliers): CustomField[] {
  const supplied = Object.keys(suppliers).map(customFieldOf);
  const cleared = supplied.filter((label) => label !== null).filter((label) => !Object.hasOwn(attributes, label));
  return [
    ...Object.entries(attributes).map(([label, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return { name: PREFIX + label, label, text, isText: typeof value === 'string' };
    }),
    ...cleared.map((label) => ({ name: PREFIX + label, label, text: null, isText: true })),
  ];
}

/** The custom fields that are texts: only these have an input. */
export function editCustomFields(attributes: Readonly<Record<string, unknown>>, suppliers: Suppliers): EditField[] {
  return listCustomFields(attributes, suppliers)
    .filter(({ isText }) => isText)
    .map(({ name, label, text }) => ({ name, label, type: 'text', value: text ?? '' }));
}
