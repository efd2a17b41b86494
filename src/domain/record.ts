import type { Alternatives } from './choose-values.js';
import type { FieldProblem } from './field-problem.js';
import type { HandDecisions } from './hand-decisions.js';

/** `user`, `department`, or the kind of a plugin's target. */
export type RecordKind = string;

/** The two kinds of Rollcall itself. */
export const USER = 'user' satisfies RecordKind;
export const DEPARTMENT = 'department' satisfies RecordKind;

/** One record as the source sent it. The engine validates it, not the adapter. */
export interface SourceRecord {
  /** The source's own immutable id: a string, or an integer that is kept as a string (R1). */
  readonly externalId: unknown;
  readonly data: unknown;
  /** The match keys of this record, if they differ from the source's (R10). */
  readonly matchKeys?: readonly string[];
  /**
   * Fields of `data` with several values at the source, without an order: all values, sorted. The known value stays in
   * use while it is among them; else the one in `data` is used.
   */
  readonly alternatives?: Alternatives;
  /**
   * Fields of `data` with a substitute for a value that the source did not show, for example because a permission is
   * missing. They are used only if the source never supplied the field.
   */
  readonly standIns?: readonly string[];
  /** Fields that the adapter could not read: not in `data`; they keep their known values and are reported (R7). */
  readonly problems?: readonly FieldProblem[];
  /** Fields that go back to the values of the other sources; only in records of the built-in source (R51). */
  readonly released?: readonly string[];
  /** Decisions of an admin about the row; only in records of the built-in source (R51). */
  readonly decisions?: HandDecisions;
  /** Its position in its push, from 0. */
  readonly place?: number;
}
