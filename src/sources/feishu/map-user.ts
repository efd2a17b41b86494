import type { FieldProblem } from '../../domain/field-problem.js';
import type { SourceRecord } from '../../domain/record.js';
import { blankToNull, emptyToNull } from '../kit/blank-to-null.js';
import { type InvalidField, problemsOf, withProblems } from '../../domain/invalid-fields.js';
import type { FeishuUser } from './feishu-shapes.js';
import { ROOT } from './map-department.js';

/** The input for mapping a person. */
export interface UserMapping {
  readonly identity: 'user_id' | 'union_id' | 'open_id';
  /** Whether the person leads the department; null = the app may not see it. */
  readonly isLeader: (departmentId: string, externalId: string) => boolean | null;
  /** The departments that listed the person, for an app that may not see `department_ids`; null = unknown. */
  readonly listedIn: readonly string[] | null;
}

/** The permanent id of a person; null if the app may not see it. */
export function externalIdOf(user: FeishuUser, identity: UserMapping['identity']): string | null {
  return user[identity] || null;
}

/**
 * Makes the record of a person. A field that is absent (its permission is missing) is left out and stays unchanged; an
 * empty one has no value (R3).
 */
export function mapUser(user: FeishuUser, externalId: string, mapping: UserMapping): SourceRecord {
  const username = chosen(user, ['employee_no', 'user_id'], { sort: 'login', firstIsShown: false });
  const email = chosen(user, ['enterprise_email', 'email'], { sort: 'email', firstIsShown: seesEmployment(user) });
  const custom = customFields(user.custom_attrs);
  const isUnused = ({ key }: InvalidField) => username.unused.includes(key) || email.unused.includes(key);
  const fields = {
    username: username.value,
    nickname: blankToNull(user.name),
    email: email.value,
    phone: blankToNull(user.mobile),
    title: blankToNull(user.job_title),
    managerUid: blankToNull(user.leader_user_id),
    active: activeOf(user),
    departments: departmentsOf(user, externalId, mapping),
    openId: blankToNull(user.open_id),
    unionId: blankToNull(user.union_id),
    employeeNo: blankToNull(user.employee_no),
    ...(Object.keys(custom.fields).length > 0 ? { attributes: custom.fields } : {}),
  };
  const data = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const standIns = [...(username.isStandIn ? ['username'] : []), ...(email.isStandIn ? ['email'] : [])];
  const odd = user.invalidFields.filter((one) => !isUnused(one));
  const statusField = fields.active === undefined ? 'active' : 'attributes.status';
  const problems = [...problemsOf(odd, { ...FIELDS, status: statusField }), ...custom.problems];
  return withProblems({ externalId, data, ...(standIns.length > 0 ? { standIns } : {}) }, problems);
}

/** The fields of a person by Feishu's names. */
const FIELDS = {
  ...{ employee_no: 'username', user_id: 'username', name: 'nickname', enterprise_email: 'email', email: 'email' },
  ...{ mobile: 'phone', job_title: 'title', leader_user_id: 'managerUid', department_ids: 'departments' },
  ...{ orders: 'departments.order', open_id: 'attributes.openId', union_id: 'attributes.unionId' },
  ...{ custom_attrs: 'attributes' },
} as const;

type TextKey = 'employee_no' | 'user_id' | 'enterprise_email' | 'email';

/** The value of a field that can come from two keys. */
interface Chosen {
  /** null = known to be empty; undefined = unknown. */
  readonly value: string | null | undefined;
  /**
   * Whether the value is from the second key because the first one, which takes precedence, is not visible: each key
   * has its own permission.
   */
  readonly isStandIn: boolean;
  /** The keys that are not used. */
  readonly unused: readonly string[];
}

/**
 * One permission (contact:user.employee:readonly) covers the status and `enterprise_email`. `employee_no` has its own
 * permission (contact:user.employee_number:read), so a visible status does not prove that an absent number is empty.
 */
const seesEmployment = ({ status, invalidFields }: FeishuUser): boolean =>
  status !== undefined || invalidFields.some(({ key }) => key === 'status');

/**
 * The value of the first of these keys that is not empty. The value stays unknown if a key cannot be read, or if the
 * first key is not visible and the second one is empty.
 * @param firstIsShown whether an absent first key means that it is empty
 */
function chosen(
  user: FeishuUser,
  [first, second]: readonly [TextKey, TextKey],
  { sort, firstIsShown }: { readonly sort: 'login' | 'email'; readonly firstIsShown: boolean },
): Chosen {
  const isOdd = (name: TextKey) => user.invalidFields.some(({ key }) => key === name);
  if (isOdd(first)) return { value: undefined, isStandIn: false, unused: [second] };
  if (emptyToNull(sort, user[first])) return { value: user[first], isStandIn: false, unused: [second] };
  if (isOdd(second)) return { value: undefined, isStandIn: false, unused: [] };
  const value = emptyToNull(sort, user[second]);
  if (user[first] !== undefined || firstIsShown) return { value, isStandIn: false, unused: [] };
  // While the first key is not visible, its known value is not cleared.
  return { value: value ?? undefined, isStandIn: value !== undefined && value !== null, unused: [] };
}

/**
 * Frozen, resigned and exited people are inactive; people who have not joined yet are not. If no flag means inactive,
 * and one cannot be read or none is visible, `active` stays unchanged (R4).
 */
function activeOf({ status, invalidFields }: FeishuUser): boolean | undefined {
  const flags = [status?.is_frozen, status?.is_resigned, status?.is_exited];
  if (flags.includes(true)) return false;
  const isOdd = invalidFields.some(({ key }) => key === 'status');
  return isOdd || !flags.includes(false) ? undefined : true;
}

function departmentsOf(user: FeishuUser, externalId: string, { isLeader, listedIn }: UserMapping) {
  const ids = user.department_ids ?? listedIn;
  if (!ids) return undefined;
  const orders = new Map((user.orders ?? []).map((order) => [order.department_id, order]));
  const ordersAreWhole = Boolean(user.orders) && !user.invalidFields.some(({ key }) => key === 'orders');
  return [...new Set(ids)]
    .filter((id) => id !== ROOT)
    .map((uid) => {
      const place = orders.get(uid);
      const order = place?.user_order;
      return {
        uid,
        // Without the permission for orders, the main department and the order are unknown (R3).
        isMain: place?.is_primary_dept ?? (ordersAreWhole ? false : null),
        isOwner: isLeader(uid, externalId),
        ...(order === undefined || order === null ? { keepOrder: true } : { order }),
      };
    });
}

/** Custom fields under their ids (`C-…`): the text if there is one, else the value itself. */
function customFields(attributes: FeishuUser['custom_attrs']) {
  const all = attributes ?? [];
  const fields = all.flatMap(({ id, value }) => (id ? [[id, plain(value)] as const] : []));
  const problems = all.flatMap(({ id }, at): readonly FieldProblem[] =>
    id ? [] : [{ field: 'attributes', code: 'wrong_type', message: `custom_attrs.${at}: must have an id` }],
  );
  return { fields: Object.fromEntries(fields), problems };
}

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { text, option_value: option } = value as Record<string, unknown>;
  if (typeof text === 'string' && !('url' in value)) return text;
  return typeof option === 'string' ? option : value;
}
