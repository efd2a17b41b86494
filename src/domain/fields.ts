/** The fields of a target row, by the name that the API shows. */
export type Fields = Readonly<Record<string, unknown>>;

const PREFIX = 'attributes.';

/** The name of a custom field among the fields of a record, as in problems and releases: `attributes.<name>`. */
export function customFieldPath(name: string): string {
  return PREFIX + name;
}

/** The name of a custom field that is written `attributes.<name>`; null for another field. */
export function customName(field: string): string | null {
  return field.startsWith(PREFIX) ? field.slice(PREFIX.length) : null;
}

/** The custom fields of a record or row; empty if it has none. */
export function customFieldsOf(fields: Fields | null): Fields {
  return (fields?.['attributes'] ?? {}) as Fields;
}
