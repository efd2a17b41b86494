import type { z } from 'zod';
import type { ChangeAction, PlannedChange } from '../domain/change.js';
import type { Fields } from '../domain/fields.js';
import type { RecordKind } from '../domain/record.js';
import type { PlaceholderFields } from '../domain/without-placeholders.js';
import type { Prisma, Tx } from '../platform/db.js';

/** An existing row in a plan. */
export interface TargetRow {
  readonly id: string;
  /** Increases with every write; a plan made for an older version is not applied. */
  readonly version: number;
  readonly fields: Fields;
  /** Never removed, never adopted by a match (R11). */
  readonly protected?: boolean;
  /** Stays removed, whatever a source supplies (R15). */
  readonly locked?: boolean;
}

/** A row to write: `after` has the fields that change, all of them for a new one. */
export interface TargetWrite {
  readonly id: string;
  readonly action: ChangeAction;
  readonly after: Fields;
  /** The values of the changed fields at the time of the plan. */
  readonly before: Fields;
  /** Write only if the row still has this version; null for new rows. */
  readonly version: number | null;
}

/** A row that a match key found. */
export interface MatchCandidate {
  readonly id: string;
  /** Its compared value. */
  readonly key: string;
  readonly protected: boolean;
  /** Its value only looks like the compared one (R5): a conflict, not a match. */
  readonly lookalike: boolean;
  /** The row is in force or protected, so a unique value belongs to it (R12). */
  readonly holds: boolean;
}

/** A field of a record that refers to another record of the same source. */
export interface TargetReference {
  /** In the record, e.g. `managerUid`. */
  readonly field: string;
  /** In the target's fields, e.g. `managerId`. */
  readonly column: string;
  /** The kind of the other record. */
  readonly kind: RecordKind;
}

/** The task and source of a plan. */
export interface PlanScope {
  readonly taskId: string;
  readonly sourceId: string;
}

/** The lines to apply of one rank of a task, between two ids (inclusive). */
export interface PlannedLines {
  readonly rank: number;
  readonly from: bigint;
  readonly to: bigint;
}

/** The writes of every target. Rows are written in bulk, one page per call, inside the engine's transaction. */
interface Writes {
  /** Inserts rows; an existing row (same id) is not changed, so that a page can be repeated. */
  create(tx: Tx, rows: readonly TargetWrite[], scope: PlanScope): Promise<void>;
  /** Writes the given fields; returns the ids that were not written because their version had changed. */
  update(tx: Tx, rows: readonly TargetWrite[], scope: PlanScope): Promise<readonly string[]>;
  /**
   * Creates the rows of lines that do nothing else, directly from the plan, so that their data is not read into this
   * process. If one row cannot be written, for example because it exists already, the whole page fails with an error of
   * the database: the page is then written line by line.
   */
  createPlanned?(tx: Tx, scope: PlanScope, lines: PlannedLines): Promise<void>;
  /** The lines that `createPlanned` can write, as a condition on `changes`; left out = all that create rows. */
  readonly plainLine?: Prisma.Sql;
  /** Deletes rows permanently; unknown ids are no error. */
  delete(tx: Tx, rows: readonly TargetWrite[], scope: PlanScope): Promise<void>;
}

/** The target of records of one kind, one row per record. */
export interface RecordTarget extends Writes {
  readonly type: 'record';
  readonly name: string;
  /** The kind of its records; its changes count under it. */
  readonly kind: RecordKind;
  /** Names of targets that must be written before. */
  readonly dependsOn: readonly string[];
  /**
   * Validates a record's data: known fields, references by external id, everything else in `attributes`; only given
   * keys (R2, R3).
   */
  readonly recordSchema: z.ZodType<Record<string, unknown>>;
  /** The record's keys in which placeholders mean "no value" (R2); left out = none. */
  readonly placeholderFields?: PlaceholderFields;
  /** The record's keys that become fields unchanged. */
  readonly fields: readonly string[];
  /** Required fields of a new row. */
  readonly required: readonly string[];
  readonly references: readonly TargetReference[];
  /** Fields that can be match keys (R10). */
  readonly matchKeys: readonly string[];
  /** The fields of a row in force and of a removed row, for example `{ active: true }` and `{ active: false }`. */
  readonly inForce: Fields;
  readonly removed: Fields;
  /** All changes of a task are one transaction (a tree), instead of one transaction per page. */
  readonly atomic: boolean;
  findByIds(tx: Tx, ids: readonly string[]): Promise<readonly TargetRow[]>;
  findByMatchKey?(tx: Tx, key: string, values: readonly string[]): Promise<readonly MatchCandidate[]>;
  /** The compared form of a value of a match key or unique field; null when there is nothing to compare (R5). */
  keyOf?(field: string, value: unknown): string | null;
  /** The look of a compared value; null if it is the value itself (R5). */
  lookOf?(key: string): string | null;
  /** Fields whose compared values only one row in force can have (R12). */
  readonly uniqueFields: readonly string[];
  /** Own rows that refer to rows that will be removed. */
  findReferrers?(tx: Tx, kind: RecordKind, removedIds: readonly string[]): Promise<readonly string[]>;
  /** Final checks of the plan of a task, as statements over its changes (unique values, cycles). */
  settle?(tx: Tx, scope: PlanScope): Promise<void>;
  /** Removes values from lines of these rows that another task wrote to other rows since the plan (R12). */
  excludeTakenValues?(tx: Tx, scope: PlanScope, ids: readonly string[]): Promise<void>;
  /**
   * Records of the source that wait for a value which is free, or whose holder is on the task's work list: a query of
   * `kind` and `external_id`.
   */
  waitingAgain?(scope: PlanScope): Prisma.Sql;
  /** After the last page of a task, in its transaction (paths, late references); idempotent. */
  finish?(tx: Tx, scope: PlanScope): Promise<void>;
}

/** A record of another target's kind, planned on this page. */
export interface DerivedFrom {
  readonly externalId: string;
  /** Its row. */
  readonly targetId: string;
  /** The row does not exist yet: this task creates it. */
  readonly isNew: boolean;
  /** All known fields of the source, the new record included; null when the record is removed. */
  readonly record: Readonly<Record<string, unknown>> | null;
  readonly origin: string | null;
}

/** Resolves references for `derive`: external id → target id of those that exist or are created by the plan. */
export type ResolveReferences = (
  kind: RecordKind,
  externalIds: readonly string[],
) => Promise<ReadonlyMap<string, string>>;

/** The derived lines of a page of records. */
export interface Derived {
  readonly changes: readonly PlannedChange[];
  /** References that wait for their record, by the owner's external id. */
  readonly pending: ReadonlyMap<string, readonly PendingReference[]>;
  /** Fields for the owner's own row if it is new; by the owner's external id. */
  readonly ownerFields: ReadonlyMap<string, Fields>;
}

/** A reference to a record that does not exist yet. */
export interface PendingReference {
  /** The record's field with the reference. */
  readonly field: string;
  readonly kind: RecordKind;
  readonly externalId: string;
}

/** Numbers of owners of derived rows. */
export interface MembersWithoutDepartment {
  readonly owners: number;
  /** Owners whom the plan keeps, but leaves without any row. */
  readonly withoutDepartment: number;
  /** Owners whom unapproved tasks of the last 24 h left without any row, and who still have none. */
  readonly withoutDepartmentLately: number;
}

/** The target of derived rows, such as memberships: any number of rows per record. */
export interface DerivedTarget extends Writes {
  readonly type: 'derived';
  readonly name: string;
  /** The kind that its changes count under. */
  readonly kind: RecordKind;
  /** The kinds of records that it derives rows from. */
  readonly accepts: readonly RecordKind[];
  readonly dependsOn: readonly string[];
  /** The record's field that it reads; when a record referred to there changes, the owner is compared again. */
  readonly field: string;
  derive(tx: Tx, scope: PlanScope, page: readonly DerivedFrom[], resolve: ResolveReferences): Promise<Derived>;
  /** Rows of the owner's target with derived rows that refer to rows that will be removed. */
  findReferrers?(tx: Tx, scope: PlanScope, kind: RecordKind, removedIds: readonly string[]): Promise<readonly string[]>;
  /** How many of the source's owners have derived rows, and how many are left without any (R31, R32). */
  countMembersWithoutDepartment?(tx: Tx, scope: PlanScope): Promise<MembersWithoutDepartment>;
  /** The number of derived rows of the source. */
  countOwned?(tx: Tx, scope: PlanScope): Promise<number>;
  /** For the undo of derived rows; without it an undo does not change them. */
  readonly undo?: {
    /** The fields of its lines that identify a row. */
    readonly identity: readonly string[];
    /** The current rows of these identities, in order: all fields of a line, or null. */
    findNow(tx: Tx, scope: PlanScope, identities: readonly Fields[]): Promise<readonly (Fields | null)[]>;
    /** The kind that the field's items name by `uid`. */
    readonly names: RecordKind;
  };
  /**
   * Updates values that depend on the order of sources, after a priority changed or a source was deleted; idempotent.
   */
  settleOrder?(tx: Tx, scope: PlanScope): Promise<void>;
  /** After each page, in its transaction, for the owners of its lines. */
  finishPage?(tx: Tx, scope: PlanScope, lines: PlannedLines): Promise<void>;
}

/** A target of records, or of derived rows. */
export type Target = RecordTarget | DerivedTarget;
