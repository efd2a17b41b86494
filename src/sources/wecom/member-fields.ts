import type { FieldProblem } from '../../domain/field-problem.js';
import { userKey, type WecomUser } from './wecom-shapes.js';

/** The custom fields of a member, and those that cannot be read. */
interface Extended {
  /** By the names that the company gave them. */
  readonly fields: Readonly<Record<string, string | null>>;
  readonly problems: readonly FieldProblem[];
}

const TEXT = 0;
const LINK = 1;
const MINI_PROGRAM = 2;

/**
 * Reads `extattr`: `{ attrs: [{ type: 0, name, text: { value } } | { type: 1, name, web: { url, title } }] }`
 * (path/96260); older answers have `value` next to `name`. A mini program (2) has no text and becomes no field; a type
 * that is not documented is a problem if it has no text either.
 */
export function readExtended(extattr: unknown): Extended {
  const attrs = isObject(extattr) ? (extattr['attrs'] ?? null) : (extattr ?? null);
  if (attrs === null) return { fields: {}, problems: [] };
  if (!Array.isArray(attrs))
    return { fields: {}, problems: [problem('attributes', 'extattr: must have a list "attrs"')] };
  const read = (attrs as unknown[]).map((one, at) => readOne(one, `extattr.attrs.${at}`));
  const fields = read.flatMap((one) => (Array.isArray(one) ? [one] : []));
  const problems = read.flatMap((one) => (one === null || Array.isArray(one) ? [] : [one]));
  return { fields: Object.fromEntries(fields), problems };
}

/** @returns null if it becomes no field. */
function readOne(one: unknown, place: string): [string, string | null] | FieldProblem | null {
  const name = isObject(one) ? one['name'] : undefined;
  if (!isObject(one) || typeof name !== 'string' || name === '')
    return problem('attributes', `${place}: must be an object with a name`);
  const value = valueOf(one);
  if (typeof value === 'string' || value === null) return [name, value];
  if (typeof value === 'number') return [name, String(value)];
  if (value === undefined && one['type'] === MINI_PROGRAM) return null;
  return problem(`attributes.${name}`, `${place}: must have a text or a link`);
}

/** undefined = there is none. */
function valueOf({ type, text, web, value }: Readonly<Record<string, unknown>>): unknown {
  if (type !== LINK && isObject(text)) return text['value'];
  if (type !== TEXT && isObject(web)) return web['url'];
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function problem(field: string, message: string): FieldProblem {
  return { field, code: 'wrong_type', message };
}

/** The place of a member in one department, as in a record; null = unknown, so it stays unchanged. */
type MemberPlace = Readonly<
  { uid: string; isMain: boolean | null; isOwner: boolean | null } & ({ order: number } | { keepOrder: true })
>;

/** The places of a member, and the problems in reading them. */
interface MemberPlaces {
  readonly places: readonly MemberPlace[];
  readonly problems: readonly FieldProblem[];
}

type List = readonly (number | null)[] | null | undefined;

/**
 * Reads `department`, `order` and `is_leader_in_dept`: parallel lists of the same length (path/96260). A list of
 * another length is not used; for a department that is listed twice, the first place is used. Values that WeCom omits
 * are unknown (R3).
 * @param leadersOf leaders by department, used if the member's own list of them is missing
 */
export function readPlaces(
  user: WecomUser,
  leadersOf: (department: number) => readonly string[] | undefined,
): MemberPlaces {
  const problems: FieldProblem[] = [];
  const departments = user.department ?? [];
  const parallel = (key: 'order' | 'is_leader_in_dept', list: List): List => {
    if (!list || list.length === departments.length) return list;
    const message = `${key}: has ${list.length} items for ${departments.length} departments`;
    problems.push({ field: FIELDS[key], code: 'wrong_type', message });
    return null;
  };
  for (const key of ['department', 'order', 'is_leader_in_dept'] as const)
    for (const [at, item] of (user[key] ?? []).entries())
      if (item === null) problems.push({ field: FIELDS[key], code: 'wrong_type', message: `${key}.${at}: is null` });
  const orders = parallel('order', user.order);
  const leads = parallel('is_leader_in_dept', user.is_leader_in_dept);
  const places = departments.flatMap((id, at): MemberPlace[] => {
    if (id === null || departments.indexOf(id) < at) return [];
    const flag = leads?.[at];
    const named = user.is_leader_in_dept ? undefined : leadersOf(id)?.includes(userKey(user.userid));
    const isOwner = typeof flag === 'number' ? flag === 1 : (named ?? null);
    const order = orders?.[at];
    const place = { uid: String(id), isMain: isMainOf(user, id), isOwner };
    return [typeof order === 'number' ? { ...place, order: 0 - order } : { ...place, keepOrder: true }];
  });
  return { places, problems };
}

const FIELDS = {
  department: 'departments',
  order: 'departments.order',
  is_leader_in_dept: 'departments.isOwner',
} as const;

/** Whether this is the main department of the member; null if WeCom does not return it. */
export function isMainOf({ main_department: main }: Pick<WecomUser, 'main_department'>, id: number): boolean | null {
  return typeof main === 'number' ? main === id : null;
}
