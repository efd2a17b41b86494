/** A field that can be edited by hand. */
export type EditField = ValueField | ReferenceField;

interface Common {
  /** Its name in the API; see list-custom-fields.ts for custom fields. */
  readonly name: string;
  readonly label: string;
  /** Whether it must have a value. */
  readonly isRequired?: boolean;
  /** The present value as text; empty = no value. */
  readonly value: string;
}

interface ValueField extends Common {
  readonly type: 'text' | 'number';
}

/** A field whose value is the id of a person or department. */
export interface ReferenceField extends Common {
  readonly type: 'reference';
  readonly kind: 'user' | 'department';
  /** The name of the present value. */
  readonly valueName: string;
  /** The text for no value. */
  readonly none: string;
}
