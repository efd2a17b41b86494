/** A field that can be edited by hand. */
export interface EditField {
  /** Its name in the API; see list-custom-fields.ts for custom fields. */
  readonly name: string;
  readonly label: string;
  readonly type: 'text' | 'number';
  /** Whether it must have a value. */
  readonly isRequired?: boolean;
  /** The present value as text; empty = no value. */
  readonly value: string;
}
