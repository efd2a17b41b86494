import type { RecordKind } from './record.js';
import type { HeldReason } from './task.js';

/** Limits of a source; the defaults are R31's. */
export interface GuardLimits {
  /** Share of the linked records that may be removed without approval, in percent. */
  readonly maxPercent: number;
  /** Never more than this many. */
  readonly maxRecords: number;
}

/** The limits of a source without its own (R31). */
export const DEFAULT_LIMITS: GuardLimits = { maxPercent: 5, maxRecords: 500 };

/** Share of the linked records whose e-mail, username or parent may change without approval, in percent (R31). */
const MAX_MOVED_PERCENT = 30;

/** One or two renamed people are never held, however small the source. */
const FEW_MOVED = 2;

/**
 * The removals that a push or delta may always make, because it names each record: a small source can remove one of its
 * three departments. Absence has no such minimum, and `maxRecords` of the source remains the maximum.
 */
const EXPLICIT_FLOOR = 10;

/** A plan in numbers, for one kind. */
export interface PlanCounts {
  readonly kind: RecordKind;
  /** A: records of the kind that the source links before the task. */
  readonly linked: number;
  readonly seen: number;
  /** The read proved its end, so absence counts. */
  readonly complete: boolean;
  /** The source named every removed record (a push, a delta); none is removed because it is absent. */
  readonly explicit: boolean;
  readonly removals: number;
  /** Links that the source ended in the last 24 h without approval and that are still ended (R32). */
  readonly removedLately: number;
  /** Linked records whose e-mail, username or parent would change. */
  readonly moved: number;
}

/**
 * How many removals a plan may make without approval: min(maxRecords, max(maxPercent of A, min(10, 25 % of A))) (R31).
 */
export function removalLimit(linked: number, { maxPercent, maxRecords }: GuardLimits): number {
  return Math.min(maxRecords, Math.max((linked * maxPercent) / 100, Math.min(10, linked * 0.25)));
}

/** The reasons why a plan must wait for approval; empty = it can continue (R31, R32). */
export function guardPlan(counts: PlanCounts, limits: GuardLimits): HeldReason[] {
  const { kind, linked, explicit, moved } = counts;
  const floor = explicit ? EXPLICIT_FLOOR : 0;
  const reasons = [...guardRemovals(counts, limits)];
  const movedLimit = Math.max(floor, FEW_MOVED, (linked * MAX_MOVED_PERCENT) / 100);
  if (moved > movedLimit) {
    reasons.push({ code: 'moved_values', kind, count: moved, limit: Math.floor(movedLimit), linked });
  }
  return reasons;
}

function guardRemovals(counts: PlanCounts, limits: GuardLimits): HeldReason[] {
  const { kind, linked, seen, complete, explicit, removals, removedLately } = counts;
  const limit = personLimit(linked, explicit, limits);
  if (complete && seen === 0 && linked > 0) return [{ code: 'empty_source', kind, count: removals, limit, linked }];
  if (removals > limit) return [{ code: 'removals', kind, count: removals, limit, linked }];
  return guardBleed({ kind, linked, explicit, now: removals, lately: removedLately }, limits);
}

/** How many users a plan leaves without any row of a derived kind (departments). */
export interface OwnerCounts {
  readonly kind: RecordKind;
  /** The source's users who have a row now. */
  readonly owners: number;
  readonly withoutDepartment: number;
  /** Users whom unapproved tasks of the last 24 h left without any row, and who still have none (R32). */
  readonly withoutDepartmentLately: number;
  readonly explicit: boolean;
}

/** The reasons why a plan waits that would leave users without any department (R31, R32). */
export function guardOwners(counts: OwnerCounts, limits: GuardLimits): HeldReason[] {
  const { kind, owners, withoutDepartment, withoutDepartmentLately, explicit } = counts;
  const limit = personLimit(owners, explicit, limits);
  if (withoutDepartment > limit)
    return [{ code: 'no_department', kind, count: withoutDepartment, limit, linked: owners }];
  return guardBleed(
    { kind, linked: owners, explicit, now: withoutDepartment, lately: withoutDepartmentLately },
    limits,
  );
}

interface Bleed {
  readonly kind: RecordKind;
  readonly linked: number;
  readonly explicit: boolean;
  readonly now: number;
  readonly lately: number;
}

/** R32: the limit of one plan is also that of a day, relative to the number before the day's removals. */
function guardBleed({ kind, linked, explicit, now, lately }: Bleed, limits: GuardLimits): HeldReason[] {
  const before = linked + lately;
  const limit = personLimit(before, explicit, limits);
  if (now === 0 || now + lately <= limit) return [];
  return [{ code: 'slow_bleed', kind, count: now + lately, limit, linked: before }];
}

/** The maximum that needs no approval, as a whole number. */
function personLimit(linked: number, explicit: boolean, limits: GuardLimits): number {
  const floor = explicit ? EXPLICIT_FLOOR : 0;
  return Math.floor(Math.min(limits.maxRecords, Math.max(floor, removalLimit(linked, limits))));
}
