import type { Alternatives } from './choose-values.js';
import type { FieldProblem } from './field-problem.js';

/** `user`, `department`, or a kind that a plugin's target owns. */
export type RecordKind = string;

/** The two kinds that Rollcall itself knows. */
export const USER = 'user' satisfies RecordKind;
export const DEPARTMENT = 'department' satisfies RecordKind;

/** What a source says about one thing, as sent. The engine validates it; an adapter only names it. */
export interface SourceRecord {
  /** The source's own immutable id: a string, or an integer that is kept as a string (R1). */
  readonly externalId: unknown;
  readonly data: unknown;
  /** The fields that may tie a never-seen record to an existing row, where they differ from the source's (R10). */
  readonly matchKeys?: readonly string[];
  /**
   * Fields of `data` that have several values at the source, without an order: all of them, sorted. The value that is
   * known stays in use while it is among them; else the one in `data` counts.
   */
  readonly alternatives?: Alternatives;
  /**
   * Fields of `data` that stand in for what the source did not show, e.g. because a right is missing. They count only
   * where the source is not known to have said anything of the field.
   */
  readonly standIns?: readonly string[];
  /** Fields that the adapter could not read: they are not in `data`, keep what is known of them, and are named (R7). */
  readonly problems?: readonly FieldProblem[];
  /** Fields that go back to what the other sources say; of the built-in source only (R51). */
  readonly released?: readonly string[];
  /** Its place in the push that brought it, from 0. */
  readonly place?: number;
}
