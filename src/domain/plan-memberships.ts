import type { PlannedChange } from './change.js';
import type { Fields } from './fields.js';
import type { GivenClaim } from './department-claim.js';

/** A current membership of the source. */
export interface MembershipRow {
  readonly id: string;
  readonly departmentId: string;
  readonly isMain: boolean;
  readonly isOwner: boolean;
  readonly order: number | null;
  /** It is currently the user's main department, set by any source. */
  readonly chosen: boolean;
}

/** One user's departments: claimed and current ones. */
export interface MembershipCase {
  readonly user: {
    readonly externalId: string;
    readonly targetId: string;
    /** This plan creates the user. */
    readonly isNew: boolean;
    readonly origin: string | null;
  };
  readonly claims: readonly GivenClaim[];
  /** External id → id of the departments that exist or are created by this plan. */
  readonly departments: ReadonlyMap<string, string>;
  readonly current: readonly MembershipRow[];
}

/** The changes, the missing departments, and the main department of a new user. */
export interface MembershipPlan {
  readonly changes: readonly PlannedChange[];
  readonly missing: readonly string[];
  readonly main: string | null;
}

/** Compares a user's claimed departments with the source's own memberships (R22, R23, R24). */
export function planMemberships({ user, claims, departments, current }: MembershipCase): MembershipPlan {
  const wanted = new Map<string, Fields>();
  const missing: string[] = [];
  const rows = new Map(current.map((row) => [row.departmentId, row]));
  for (const claim of claims) {
    const departmentId = departments.get(claim.uid);
    if (departmentId === undefined) missing.push(claim.uid);
    else wanted.set(departmentId, toFields(user.targetId, settle(departmentId, claim, rows.get(departmentId))));
  }
  const had = new Map(current.map((row) => [row.departmentId, toFields(user.targetId, row)]));
  const changes: PlannedChange[] = [];
  const chosen = current.find((row) => row.chosen)?.departmentId;
  for (const [id, fields] of had) {
    // An undo needs the former main department of the user, which may be in no record.
    if (!wanted.has(id))
      changes.push(change(user, 'remove', id === chosen ? { ...fields, chosen: true } : fields, null));
  }
  for (const [id, after] of wanted) {
    const before = had.get(id) ?? null;
    if (!before) changes.push(change(user, 'create', null, after));
    else if (differs(before, after)) changes.push(change(user, 'update', before, after));
  }
  return { changes, missing, main: mainOf([...wanted.values()]) };
}

/** Parts that a claim does not have stay as in the membership (R3). */
function settle(
  departmentId: string,
  { isMain, isOwner, order }: GivenClaim,
  row: MembershipRow | undefined,
): Pick<MembershipRow, 'departmentId' | 'isMain' | 'isOwner' | 'order'> {
  return {
    departmentId,
    isMain: isMain ?? row?.isMain ?? false,
    isOwner: isOwner ?? row?.isOwner ?? false,
    order: order === undefined ? (row?.order ?? null) : order,
  };
}

/** The claim with `isMain`, else the first by order (R24). */
function mainOf(wanted: readonly Fields[]): string | null {
  const said = wanted.find((one) => one['isMain'] === true);
  const byOrder = [...wanted].sort((a, b) => orderOf(a) - orderOf(b));
  return ((said ?? byOrder[0])?.['departmentId'] as string | undefined) ?? null;
}

function orderOf(fields: Fields): number {
  return (fields['order'] as number | null) ?? Number.MAX_VALUE;
}

function toFields(
  userId: string,
  { departmentId, isMain, isOwner, order }: Pick<MembershipRow, 'departmentId' | 'isMain' | 'isOwner' | 'order'>,
): Fields {
  return { userId, departmentId, isMain, isOwner, order };
}

function differs(before: Fields, after: Fields): boolean {
  return ['isMain', 'isOwner', 'order'].some((name) => before[name] !== after[name]);
}

function change(
  user: MembershipCase['user'],
  action: 'create' | 'update' | 'remove',
  before: Fields | null,
  after: Fields | null,
): PlannedChange {
  return {
    kind: 'membership',
    externalId: user.externalId,
    targetId: user.targetId,
    action,
    before,
    after,
    version: user.isNew ? 0 : null,
    code: null,
    message: null,
    origin: user.origin,
  };
}
