import { SyncError } from '../../domain/errors.js';
import type { JsonWorld } from '../../outbound/http-client/json-client.js';
import type { CheckResult, SourceContext } from '../source-adapter.js';
import { type FeishuApi, openFeishuApi } from './feishu-api.js';
import { baseUrlOf, type FeishuConfig, identityOf } from './feishu-config.js';
import type { FeishuDepartment, FeishuUser } from './feishu-shapes.js';
import { findReach, lookUpUser, type Reach } from './find-departments.js';
import { ROOT } from './map-department.js';

/** The interface allows 10 s; one second is reserved for closing. */
const CHECK_MS = 9_000;
/** The largest number of departments that the search for a member reads. */
const MAX_LOOKS = 5;

/** Proves that the options work, and names each missing permission. Makes about ten calls at most. */
export async function checkFeishu(
  world: JsonWorld,
  { config, signal }: SourceContext<FeishuConfig>,
): Promise<CheckResult> {
  signal.throwIfAborted();
  const timeout = AbortSignal.timeout(CHECK_MS);
  const api = openFeishuApi(world, config, AbortSignal.any([signal, timeout]));
  try {
    return await inspect(api, config);
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) return refuse('source_unavailable', `${baseUrlOf(config)} did not answer within 9 s.`);
    if (error instanceof SyncError) return refuse(error.code, error.message);
    throw error;
  } finally {
    await api.close();
  }
}

const refuse = (code: string, hint: string): CheckResult => ({ ok: false, code, hint });

async function inspect(api: FeishuApi, config: FeishuConfig): Promise<CheckResult> {
  const reach = await findReach(api);
  const departments = await someDepartments(api, reach);
  const [department] = departments;
  if (department && (department.name === undefined || department.name === null)) {
    return refuse('missing_right', 'Departments have no names: add the permission contact:department.base:readonly.');
  }
  const person = await findMember(api, reach, departments);
  if (person && !person[identityOf(config)]) {
    return refuse(
      'missing_right',
      `The app has no access to "${identityOf(config)}", which identifies people: add the permission ${
        identityOf(config) === 'user_id' ? 'contact:user.employee_id:readonly' : 'contact:user.base:readonly'
      }.`,
    );
  }
  const hint = [describe(reach), ...unseen(department, person), ...(config.encryptKey ? [] : [NO_CALLBACKS])].join(' ');
  return { ok: true, hint };
}

const NO_CALLBACKS = 'Without encryptKey, callbacks are refused: the next full sync finds changes.';

function describe({ tops, users, groups }: Reach): string {
  if (tops.includes(ROOT)) return 'The app has access to the whole company.';
  const unread = groups > 0 ? ` Its ${groups} user groups are not read: add their departments or people instead.` : '';
  return `The app has access to ${tops.length} departments with all departments below them, and to ${users.length} individual people.${unread}`;
}

async function someDepartments(api: FeishuApi, { tops }: Reach): Promise<readonly FeishuDepartment[]> {
  const named = tops.filter((id) => id !== ROOT).slice(0, MAX_LOOKS);
  if (named.length > 0) return (await api.departments(named)).items;
  // If the scope contains only people, there is no department to test, and the root is not visible.
  if (!tops.includes(ROOT)) return [];
  for await (const page of api.children(ROOT, { deep: false, pageSize: MAX_LOOKS })) return page.items;
  return [];
}

async function findMember(
  api: FeishuApi,
  { tops, users }: Reach,
  departments: readonly FeishuDepartment[],
): Promise<FeishuUser | null> {
  for (const named of users.slice(0, MAX_LOOKS)) {
    const answer = await lookUpUser(api, named);
    if (answer.is === 'there') return answer.found;
  }
  const places = [...departments.map((one) => one.open_department_id), ...tops.filter((id) => id === ROOT)];
  for (const place of places) {
    for await (const { items } of api.members(place, 1)) {
      const [member] = items;
      if (member) return member;
      break;
    }
  }
  return null;
}

const USER_RIGHTS = [
  ['name', 'contact:user.base:readonly'],
  ['department_ids', 'contact:user.department:readonly'],
  ['status', 'contact:user.employee:readonly'],
  ['employee_no', 'contact:user.employee_number:read'],
  ['user_id', 'contact:user.employee_id:readonly'],
  ['email', 'contact:user.email:readonly'],
  ['mobile', 'contact:user.phone:readonly'],
] as const;

/**
 * A field is absent if its permission is missing (documents of the fields). It stays unchanged in every sync, so a hint
 * is enough.
 */
function unseen(department: FeishuDepartment | undefined, person: FeishuUser | null): readonly string[] {
  const fields = person ? USER_RIGHTS.filter(([field]) => person[field] === undefined) : [];
  const missing = fields.map(([field, right]) => `${field} (${right})`);
  if (department && department.parent_department_id === undefined) {
    missing.push('the tree and leaders of departments (contact:department.organize:readonly)');
  }
  return missing.length > 0 ? [`Not visible to the app, so these fields stay unchanged: ${missing.join(', ')}.`] : [];
}
