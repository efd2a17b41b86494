import type { SourceRecord } from '../../domain/record.js';
import type { WecomUser } from './wecom-shapes.js';

/** What a member's record depends on beside itself. */
export interface UserView {
  readonly inactiveStatuses: readonly number[];
  /** Departments that contacts sync knows and the app may not see. */
  readonly moreDepartments?: readonly number[];
  /** Leaders by department, lower-case ids: where the member's own list of them is missing. */
  readonly leadersOf?: (department: number) => readonly string[];
}

/** The id of a member in our records: WeCom's userid whatever its case (path/90197). */
export const userKey = (userid: string): string => userid.toLowerCase();

/** Fields that are kept as custom ones, under WeCom's own names. */
const MORE = ['alias', 'english_name', 'gender', 'telephone', 'address', 'external_position'] as const;

/** Turns a member into a record. A field that WeCom leaves out stays as it is (R3). */
export function mapUser(user: WecomUser, view: UserView): SourceRecord {
  const { userid, name, position, mobile, status } = user;
  const attributes = extendedOf(user);
  const data = {
    username: userid,
    ...given('nickname', name),
    ...given('email', firstFilled(user.email, user.biz_mail)),
    ...given('phone', mobile),
    ...given('title', position),
    ...(user.direct_leader ? { managerUid: user.direct_leader[0] ? userKey(user.direct_leader[0]) : null } : {}),
    ...(typeof status === 'number' ? { active: !view.inactiveStatuses.includes(status) } : {}),
    ...(user.department || view.moreDepartments ? { departments: placesOf(user, view) } : {}),
    ...Object.fromEntries(MORE.flatMap((key) => (typeof user[key] === 'string' ? [[key, user[key]]] : []))),
    ...(attributes ? { attributes } : {}),
  };
  return { externalId: userKey(userid), data };
}

/** A member of whom only ids are to be had. */
export function mapUserId(userid: string, departments: readonly number[]): SourceRecord {
  return {
    externalId: userKey(userid),
    data: { username: userid, departments: [...departments].sort(byNumber).map((id) => ({ uid: String(id) })) },
  };
}

/** `department`, `order` and `is_leader_in_dept` are parallel lists. */
function placesOf(user: WecomUser, { moreDepartments = [], leadersOf }: UserView) {
  const own = user.department ?? [];
  const leads = (id: number, at: number): boolean =>
    user.is_leader_in_dept ? user.is_leader_in_dept[at] === 1 : (leadersOf?.(id) ?? []).includes(userKey(user.userid));
  const places = own.map((id, at) => {
    const order = user.order?.[at];
    const isMain = user.main_department === id;
    const place = { uid: String(id), isMain, isOwner: leads(id, at) };
    return order === undefined ? place : { ...place, order: 0 - order };
  });
  const more = moreDepartments.filter((id) => !own.includes(id)).sort(byNumber);
  return [...places, ...more.map((id) => ({ uid: String(id), isMain: user.main_department === id, isOwner: false }))];
}

/** extattr: `{ attrs: [{ type: 0, name, text: { value } } | { type: 1, name, web: { url, title } }] }`. */
function extendedOf({ extattr }: WecomUser): Record<string, string> | null {
  const attrs = (extattr as { attrs?: unknown } | null | undefined)?.attrs;
  if (!Array.isArray(attrs)) return null;
  const found = attrs.flatMap((one: unknown) => {
    const { name, text, web } = (one ?? {}) as { name?: unknown; text?: { value?: unknown }; web?: { url?: unknown } };
    const value = text?.value ?? web?.url;
    return typeof name === 'string' && typeof value === 'string' ? [[name, value] as const] : [];
  });
  return found.length === 0 ? null : Object.fromEntries(found);
}

function given(field: string, value: string | null | undefined): Record<string, string | null> {
  return value === undefined ? {} : { [field]: value };
}

/** The first text that is not empty; empty where one was given, undefined where none was. */
function firstFilled(...texts: readonly (string | null | undefined)[]): string | null | undefined {
  const present = texts.filter((text) => text !== undefined);
  return present.length === 0 ? undefined : (present.find((text) => text !== null && text !== '') ?? null);
}

const byNumber = (one: number, other: number): number => one - other;
