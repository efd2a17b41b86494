import { z } from 'zod';
import { readExternalId } from './external-id.js';
import type { IssueParams } from './read-fields.js';
import { isBoolean, NO_BOOLEAN } from './record-fields.js';

/** A department in the record of a user, with the user's position in it. */
export interface DepartmentClaim {
  /** The department's external id at the same source. */
  readonly uid: string;
  readonly isMain: boolean;
  readonly isOwner: boolean;
  readonly order: number | null;
}

/**
 * A claim in a validated record. Parts that could not be read, or that the source does not know, are absent: the
 * membership keeps them.
 */
export type GivenClaim = Pick<DepartmentClaim, 'uid'> & Partial<DepartmentClaim>;

/** Maximum number of claims of a record. */
const MAX_CLAIMS = 1_000;

type Context = z.core.$RefinementCtx;

/**
 * The departments of a user: ids, or objects with an id and flags; null = none (R3). An unusable claim is left out and
 * the others are used; an unusable flag is null, which means "not known". An adapter sets `keepOrder: true` if it does
 * not know the order.
 */
export const claimsField = z
  .array(z.unknown(), { error: 'must be a list of departments' })
  .transform((claims, context) => {
    claims.slice(MAX_CLAIMS).forEach((_, at) => {
      const message = `a person can be in at most ${MAX_CLAIMS} departments; the others are left out`;
      addIssue(context, message, { code: 'too_many_departments', leaveOut: [['departments', MAX_CLAIMS + at]] });
    });
    return settleClaims(claims.slice(0, MAX_CLAIMS).flatMap((claim, at) => readClaim(claim, at, context) ?? []));
  })
  .nullable()
  .optional();

function readClaim(value: unknown, at: number, context: Context): GivenClaim | null {
  const given = isObject(value) ? value : { uid: value };
  const verdict = readExternalId(given['uid']);
  if (!verdict.ok) {
    addIssue(context, `department ${at + 1}: ${verdict.message}`, {
      code: verdict.code,
      leaveOut: [['departments', at]],
    });
    return null;
  }
  const refuse = (key: string, code: string, message: string) => {
    const leaveOut = [['departments', at, key]];
    addIssue(context, `department ${at + 1}, ${key}: ${message}`, { code, leaveOut, asNull: true });
  };
  for (const key of ['isMain', 'isOwner'])
    if (key in given && given[key] !== undefined && !isBoolean(given[key])) refuse(key, 'invalid_boolean', NO_BOOLEAN);
  for (const key of ['order', 'sort'])
    if (key in given && !isOrder(given[key])) refuse(key, 'wrong_type', 'must be a number');
  return toClaim(verdict.externalId, given);
}

function addIssue(context: Context, message: string, params: IssueParams): void {
  context.addIssue({ code: 'custom', message, params: { ...params } });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isOrder(value: unknown): boolean {
  return value === undefined || value === null || Number.isFinite(value);
}

function toClaim(uid: string, given: Readonly<Record<string, unknown>>): GivenClaim {
  const { isMain = false, isOwner = false, order, sort, keepOrder } = given;
  return {
    uid,
    ...(isMain === null ? {} : { isMain: isMain === true }),
    ...(isOwner === null ? {} : { isOwner: isOwner === true }),
    ...(keepOrder === true ? {} : { order: (order ?? sort ?? null) as number | null }),
  };
}

/** One claim for each department and one main department, the last ones of the list (R24). */
function settleClaims<Claim extends GivenClaim>(claims: readonly Claim[]): Claim[] {
  const byDepartment = new Map<string, Claim>();
  for (const one of claims) byDepartment.set(one.uid, one);
  const settled = [...byDepartment.values()];
  const main = settled.findLast((one) => one.isMain);
  return settled.map((one) => (one.isMain === undefined ? one : { ...one, isMain: one === main }));
}

/**
 * The claims of a record that had unusable ones: earlier claims stay in addition to the usable ones, so that a mistake
 * in a list removes no user from a department.
 */
export function keepClaims(known: readonly GivenClaim[], given: readonly GivenClaim[]): DepartmentClaim[] {
  const byDepartment = new Map<string, DepartmentClaim>();
  for (const one of [...known, ...given])
    byDepartment.set(one.uid, { isMain: false, isOwner: false, order: null, ...byDepartment.get(one.uid), ...one });
  const main = given.findLast((one) => one.isMain)?.uid;
  const all = [...byDepartment.values()];
  return settleClaims(main === undefined ? all : all.map((one) => ({ ...one, isMain: one.uid === main })));
}
