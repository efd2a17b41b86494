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
}
