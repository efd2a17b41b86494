/** A change to one place of the product's text, for processes that a test starts. */
export interface Patch {
  /** Path from the project's root. */
  readonly file: string;
  /** Text that stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}
