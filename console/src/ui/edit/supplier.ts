/** The source of edits by hand. */
export const MANUAL = 'manual';

/** Which source supplies a field. */
export interface Supplier {
  readonly source: string;
}

/** Which source supplies each field, by the name of the field; `attributes.x` for the custom field x. */
export type Suppliers = Readonly<Record<string, Supplier>>;

/** Which source supplies a field; undefined = none. */
export function supplierOf(suppliers: Suppliers, name: string): Supplier | undefined {
  return Object.hasOwn(suppliers, name) ? suppliers[name] : undefined;
}
