import type { z } from 'zod';
import type { ChangeAction, Fields, PlannedChange } from '../domain/change.js';
import type { RecordKind } from '../domain/record.js';
import type { PlaceholderFields } from '../domain/without-placeholders.js';
import type { Prisma, Tx } from '../platform/db.js';

/** One existing row, as a plan sees it. */
export interface TargetRow {
  readonly id: string;
  /** Grows with every write; a plan made for an older one is not applied. */
  readonly version: number;
  readonly fields: Fields;
  /** Never removed, never adopted by a match (R11). */
  readonly protected?: boolean;
  /** Stays removed whatever a source says (R15). */
  readonly locked?: boolean;
}

/** A row to write: `after` has the fields that change, all of them for a new one. */
export interface TargetWrite {
  readonly id: string;
  readonly action: ChangeAction;
  readonly after: Fields;
  /** What the plan saw of the fields that change or go. */
  readonly before: Fields;
  /** Write only if the row still has this version; null for new rows. */
  readonly version: number | null;
}

/** A row that a match key found. */
export interface MatchCandidate {
  readonly id: string;
  /** The compared value that it has. */
  readonly key: string;
  readonly protected: boolean;
  /** It only looks like the value (R5): a conflict, not a match. */
  readonly lookalike: boolean;
  /** The row is in force or protected, so that a unique value is its own (R12). */
  readonly holds: boolean;
}

/** A field of a record that names another record of the same source. */
export interface TargetReference {
  /** In the record, e.g. `managerUid`. */
  readonly field: string;
  /** In the target's fields, e.g. `managerId`. */
  readonly column: string;
  /** The kind that it names. */
  readonly kind: RecordKind;
}

/** What the plan of one task is about. */
export interface PlanScope {
  readonly taskId: string;
  readonly sourceId: string;
}

/** The due lines of one rank of a task between two ids, ends included. */
export interface PlannedLines {
  readonly rank: number;
  readonly from: bigint;
  readonly to: bigint;
}

/** What every landing place can do. Rows are written in bulk, a page a call, inside the engine's transaction. */
interface Writes {
  /** Inserts; a row that is there already (same id) stays as it is, so that a repeated page is harmless. */
  create(tx: Tx, rows: readonly TargetWrite[], scope: PlanScope): Promise<void>;
  /** Writes the given fields; answers the ids whose version had moved on, which were not written. */
  update(tx: Tx, rows: readonly TargetWrite[], scope: PlanScope): Promise<readonly string[]>;
  /**
   * Creates the rows of lines that do nothing else, straight from the plan, so that no line travels through this
   * process. Refuses the whole page with an error of the database where one row can't be written, a row that is there
   * already included: the page is then written line by line.
   */
  createPlanned?(tx: Tx, scope: PlanScope, lines: PlannedLines): Promise<void>;
  /** Which creating lines `createPlanned` can write, as a condition on `changes`; all where it is left out. */
  readonly plainLine?: Prisma.Sql;
  /** Deletes rows for good; unknown ids are no error. */
  delete(tx: Tx, rows: readonly TargetWrite[], scope: PlanScope): Promise<void>;
}

/** Where records of one kind land, one row a record. */
export interface RecordTarget extends Writes {
  readonly type: 'record';
  readonly name: string;
  /** The kind of record that it owns; its changes count under it. */
  readonly kind: RecordKind;
  /** Names of targets that must be written before. */
  readonly dependsOn: readonly string[];
  /**
   * Turns a record's data into its clean form: known fields, references by external id, everything else in
   * `attributes`; only keys that were given (R2, R3).
   */
  readonly recordSchema: z.ZodType<Record<string, unknown>>;
  /** The record's keys in which placeholders stand for "no value" (R2); none where it is left out. */
  readonly placeholderFields?: PlaceholderFields;
  /** The record's keys that become fields as they are. */
  readonly fields: readonly string[];
  /** Fields that a new row can't do without. */
  readonly required: readonly string[];
  readonly references: readonly TargetReference[];
  /** Fields that may tie a never-seen record to an existing row (R10). */
  readonly matchKeys: readonly string[];
  /** What says that a row is in force, and that it is removed, e.g. `{ active: true }` and `{ active: false }`. */
  readonly inForce: Fields;
  readonly removed: Fields;
  /** All changes of a task in one transaction (a tree), instead of a page a transaction. */
  readonly atomic: boolean;
  findByIds(tx: Tx, ids: readonly string[]): Promise<readonly TargetRow[]>;
  findByMatchKey?(tx: Tx, key: string, values: readonly string[]): Promise<readonly MatchCandidate[]>;
  /** The compared form of a value of a match key or unique field; null when there is nothing to compare (R5). */
  keyOf?(field: string, value: unknown): string | null;
  /** What a compared value looks like; null where it is its own look (R5). */
  lookOf?(key: string): string | null;
  /** Fields whose compared values one row in force has alone (R12). */
  readonly uniqueFields: readonly string[];
  /** Own rows that refer to rows which are about to be removed. */
  findReferrers?(tx: Tx, kind: RecordKind, removedIds: readonly string[]): Promise<readonly string[]>;
  /** Last word on the plan of a task, as statements over its changes (unique values, cycles). */
  settle?(tx: Tx, scope: PlanScope): Promise<void>;
  /** Takes out of due lines of these rows what another task gave to other rows since the plan (R12). */
  excludeTakenValues?(tx: Tx, scope: PlanScope, ids: readonly string[]): Promise<void>;
  /**
   * Records of the source that wait for a value which is free, or whose holder is on the task's work list: a query of
   * `kind` and `external_id`.
   */
  waitingAgain?(scope: PlanScope): Prisma.Sql;
  /** After the last page of a task, in its transaction (paths, late references); twice is once. */
  finish?(tx: Tx, scope: PlanScope): Promise<void>;
}

/** A record of another target's kind, planned on this page. */
export interface DerivedFrom {
  readonly externalId: string;
  /** The row that it lands in. */
  readonly targetId: string;
  /** The row is not there yet: this task creates it. */
  readonly isNew: boolean;
  /** Everything that the source is known to say, the new record included; null when the record is removed. */
  readonly record: Readonly<Record<string, unknown>> | null;
  readonly origin: string | null;
}

/** What `derive` needs of references: external id → target id of those that are or will be there. */
export type ResolveReferences = (
  kind: RecordKind,
  externalIds: readonly string[],
) => Promise<ReadonlyMap<string, string>>;

/** What follows from a page of records. */
export interface Derived {
  readonly changes: readonly PlannedChange[];
  /** References that wait for their record, by the owner's external id. */
  readonly pending: ReadonlyMap<string, readonly PendingWish[]>;
  /** What the owner's own row gets from it, where the row is new; by the owner's external id. */
  readonly ownerFields: ReadonlyMap<string, Fields>;
}

/** A reference to a record that is not there yet. */
export interface PendingWish {
  /** The record's field that names it. */
  readonly field: string;
  readonly kind: RecordKind;
  readonly externalId: string;
}

/** Owners of derived rows, in numbers. */
export interface MembersWithoutDepartment {
  readonly owners: number;
  /** Whom the plan keeps, but leaves with nothing. */
  readonly withoutDepartment: number;
  /** Whom unapproved tasks of the last 24 h left with nothing, and who still have nothing. */
  readonly withoutDepartmentLately: number;
}

/** Where something that records imply lands, such as memberships: many rows or none a record. */
export interface DerivedTarget extends Writes {
  readonly type: 'derived';
  readonly name: string;
  /** The kind that its changes count under. */
  readonly kind: RecordKind;
  /** The kinds of records that it listens to. */
  readonly accepts: readonly RecordKind[];
  readonly dependsOn: readonly string[];
  /** The record's field that it reads; a change of a named record has the owner looked at again. */
  readonly field: string;
  derive(tx: Tx, scope: PlanScope, page: readonly DerivedFrom[], resolve: ResolveReferences): Promise<Derived>;
  /** Rows of the owner's target that own something which refers to rows that are about to be removed. */
  findReferrers?(tx: Tx, scope: PlanScope, kind: RecordKind, removedIds: readonly string[]): Promise<readonly string[]>;
  /** How many of the source's owners have something here, and how many are left with nothing at all (R31, R32). */
  countMembersWithoutDepartment?(tx: Tx, scope: PlanScope): Promise<MembersWithoutDepartment>;
  /** How many rows the source has here. */
  countOwned?(tx: Tx, scope: PlanScope): Promise<number>;
  /** What an undo needs; without it the target's rows stay as a task left them. */
  readonly undo?: {
    /** The fields of its lines that tell one row from another. */
    readonly identity: readonly string[];
    /** What stands where these identities say, in their order: all fields of a line, or null. */
    findNow(tx: Tx, scope: PlanScope, identities: readonly Fields[]): Promise<readonly (Fields | null)[]>;
    /** The kind that the field's items name by `uid`. */
    readonly names: RecordKind;
  };
  /** What depends on the order of the sources, after the source's priority changed or it was deleted; twice is once. */
  settleOrder?(tx: Tx, scope: PlanScope): Promise<void>;
  /** After each page, in its transaction, for the owners of its lines. */
  finishPage?(tx: Tx, scope: PlanScope, lines: PlannedLines): Promise<void>;
}

/** A landing place. */
export type Target = RecordTarget | DerivedTarget;
