import type { FieldProblem } from '../../domain/field-problem.js';
import { userKey } from './user-key.js';
import type { WecomUser } from './wecom-shapes.js';

/** The place of a member in one department, as in a record; null = unknown, so it stays unchanged. */
export type MemberPlace = Readonly<
  { uid: string; isMain: boolean | null; isOwner: boolean | null } & ({ order: number } | { keepOrder: true })
>;

/** The places of a member, and the problems in reading them. */
export interface MemberPlaces {
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
