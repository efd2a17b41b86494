import type { Fields } from './change.js';
import type { RecordKind } from './record.js';

/** What a decision needs to know of the landing place. */
export interface LandingRules {
  readonly kind: RecordKind;
  /** Fields and reference columns that sources supply. */
  readonly names: readonly string[];
  /** Fields that a new row can't do without. */
  readonly required: readonly string[];
  readonly inForce: Fields;
  readonly removed: Fields;
}

/** The row that a record lands in, as it is now. */
export interface LandingRow {
  readonly version: number;
  readonly fields: Fields;
  readonly protected?: boolean;
  readonly locked?: boolean;
}
