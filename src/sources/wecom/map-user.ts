import type { FieldProblem } from '../../domain/field-problem.js';
import { problemsOf, withProblems } from '../../domain/invalid-fields.js';
import type { SourceRecord } from '../../domain/record.js';
import { emptyToNull } from '../kit/blank-to-null.js';
import { isMainOf, readExtended, readPlaces } from './member-fields.js';
import { userKey, type WecomUser } from './wecom-shapes.js';

/** The data of contacts sync about a member. */
export interface KnownMember {
  readonly userid: string;
  readonly departments: readonly number[];
  /** The departments of the member that cannot be read. */
  readonly problems: readonly FieldProblem[];
}

/** The context of a member that its record depends on. */
export interface UserView {
  readonly inactiveStatuses: readonly number[];
  /** The data of contacts sync about the member; it includes departments that the app may not see. */
  readonly known?: KnownMember | undefined;
  /** Leaders by department, with ids in lower case: used if the member's own list of them is missing. */
  readonly leadersOf?: (department: number) => readonly string[] | undefined;
}

/** Fields that become custom fields, by WeCom's names. */
const MORE = ['alias', 'english_name', 'gender', 'telephone', 'address', 'external_position'] as const;

/** The fields of a member by WeCom's names. */
const FIELDS = {
  ...{ name: 'nickname', email: 'email', biz_mail: 'email', mobile: 'phone', position: 'title' },
  ...{ direct_leader: 'managerUid', status: 'active', department: 'departments', order: 'departments.order' },
  ...{ is_leader_in_dept: 'departments.isOwner', main_department: 'departments.isMain', extattr: 'attributes' },
} as const;

/**
 * Makes a record from a member. A field that WeCom omits stays unchanged (R3), as does one that cannot be read (R7).
 */
export function mapUser(user: WecomUser, view: UserView): SourceRecord {
  const { userid, name, position, mobile } = user;
  const active = activeOf(user, view.inactiveStatuses);
  const extended = readExtended(user.extattr);
  const { places, problems } = readPlaces(user, view.leadersOf ?? (() => undefined));
  const email = emailOf(user);
  const data = {
    username: userid,
    ...given('nickname', name),
    ...given('email', email.value),
    ...given('phone', mobile),
    ...given('title', position),
    ...managerOf(user),
    ...(typeof active === 'boolean' ? { active } : {}),
    ...(user.department || view.known ? { departments: [...places, ...placesBeyond(user, view)] } : {}),
    ...Object.fromEntries(MORE.flatMap((key) => (user[key] === undefined ? [] : [[key, user[key]]]))),
    ...(Object.keys(extended.fields).length > 0 ? { attributes: extended.fields } : {}),
  };
  const record = { externalId: userKey(userid), data, ...(email.isStandIn ? { standIns: ['email'] } : {}) };
  const odd = user.invalidFields.filter(({ key }) => key !== 'biz_mail' || !emptyToNull('email', user.email));
  return withProblems(record, [
    ...problemsOf(odd, FIELDS),
    ...problems,
    ...(view.known?.problems ?? []),
    ...(active instanceof Object ? [active] : []),
    ...extended.problems,
  ]);
}

/** path/96260: 1 activated, 2 disabled, 4 not activated yet, 5 left. */
const STATUSES: readonly number[] = [1, 2, 4, 5];

/** An undocumented status neither activates nor deactivates a user (R4). */
function activeOf({ status }: WecomUser, inactive: readonly number[]): boolean | FieldProblem | undefined {
  if (typeof status !== 'number') return undefined;
  if (inactive.includes(status)) return false;
  if (STATUSES.includes(status)) return true;
  return { field: 'active', code: 'unknown_value', message: `status: ${status} is none of ${STATUSES.join(', ')}` };
}

/** The first superior. If one item of the list cannot be read, the first one is unknown. */
function managerOf({ direct_leader: leaders, invalidFields }: WecomUser): { managerUid?: string | null } {
  if (!leaders || invalidFields.some(({ key }) => key === 'direct_leader')) return {};
  return { managerUid: leaders[0] ? userKey(leaders[0]) : null };
}

/**
 * `email`, else `biz_mail`. A member may permit an app to see only one of them (path/96260), so `biz_mail` without
 * `email` is used only if no address is known.
 */
function emailOf(user: WecomUser): {
  readonly value: string | null | undefined;
  readonly isStandIn?: boolean;
} {
  const { invalidFields } = user;
  const [email, bizMail] = [emptyToNull('email', user.email), emptyToNull('email', user.biz_mail)];
  if (invalidFields.some(({ key }) => key === 'email')) return { value: undefined };
  if (email) return { value: email };
  if (invalidFields.some(({ key }) => key === 'biz_mail')) return { value: undefined };
  if (email === undefined) return { value: bizMail ?? undefined, isStandIn: Boolean(bizMail) };
  // An address that is not visible may exist, so the known value is not cleared.
  return { value: bizMail };
}

/** The record of a member that only contacts sync can see. */
export function mapKnown({ userid, departments, problems }: KnownMember): SourceRecord {
  return withProblems(mapUserId(userid, departments), problems);
}

/**
 * The record of a member of whom only ids can be read: other data of the member in each department stays unchanged
 * (R3).
 */
function mapUserId(userid: string, departments: readonly number[]): SourceRecord {
  const placed = [...departments].sort(byNumber).map((id) => ({ uid: String(id), ...UNKNOWN_PLACE }));
  return { externalId: userKey(userid), data: { username: userid, departments: placed } };
}

/** Main department, leader and order are unknown. */
const UNKNOWN_PLACE = { isMain: null, isOwner: null, keepOrder: true } as const;

/** Departments that contacts sync returns and the app may not see. */
function placesBeyond(user: WecomUser, { known }: UserView) {
  const own = user.department ?? [];
  const more = (known?.departments ?? []).filter((id) => !own.includes(id)).sort(byNumber);
  return more.map((id) => ({ uid: String(id), ...UNKNOWN_PLACE, isMain: isMainOf(user, id) }));
}

function given(field: string, value: string | null | undefined): Record<string, string | null> {
  return value === undefined ? {} : { [field]: value };
}

const byNumber = (one: number, other: number): number => one - other;
