import { DEPARTMENT, type SourceRecord, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { inOrder } from '../../platform/http-client/in-order.js';
import type { Hint } from '../source-adapter.js';
import { isApiError, NO_DEPARTMENT_AUTHORITY, NO_SUCH_DEPARTMENT } from './feishu-api-error.js';
import { type FeishuApi, MAX_PAGE } from './feishu-api.js';
import { type FeishuConfig, identityOf } from './feishu-config.js';
import type { FeishuCursor } from './feishu-cursor.js';
import type { FeishuDepartment, FeishuUser } from './feishu-shapes.js';
import { PeopleGatherer } from './gather-people.js';
import { leadersOf, mapDepartment } from './map-department.js';
import { userOrNull } from './read-company.js';

type Message = SourceMessage<FeishuCursor>;

const AT_ONCE = 4;
const BATCH = 500;

/**
 * Reads afresh what events named. What the app can't see any more is gone, as a full read would find.
 *
 * A named department's own members are read too: their being its leader comes from it.
 */
export async function* readHints(
  api: FeishuApi,
  config: FeishuConfig,
  hints: readonly Hint[],
): AsyncGenerator<Message> {
  const named = (kind: string) => hints.filter((hint) => hint.kind === kind).map((hint) => hint.externalId);
  const departments = new Map<string, FeishuDepartment>();
  yield* readDepartments(api, named(DEPARTMENT), departments);
  const { found, gone } = await findPeople(api, named(USER), [...departments.keys()]);
  await addDepartmentsOf(api, found, departments);
  const leaders = new Map([...departments].map(([id, department]) => [id, leadersOf(department)]));
  const isLeader = (departmentId: string, id: string) => leaders.get(departmentId)?.has(id) ?? false;
  const people = new PeopleGatherer({ identity: identityOf(config), isLeader });
  const records = found.flatMap((user) => people.take(user, null) ?? []);
  yield* batchesOf(records);
  if (gone.length > 0) yield { type: 'tombstones', kind: USER, externalIds: gone };
  yield { type: 'checkpoint', cursor: {} };
}

async function* readDepartments(
  api: FeishuApi,
  ids: readonly string[],
  found: Map<string, FeishuDepartment>,
): AsyncGenerator<Message> {
  const gone: string[] = [];
  const read = async (id: string) => ({ id, department: await departmentOrNull(api, id) });
  for await (const { id, department } of inOrder(ids, AT_ONCE, read)) {
    if (department) found.set(department.open_department_id, department);
    else gone.push(id);
  }
  const records = [...found.values()].map(mapDepartment);
  if (records.length > 0) yield { type: 'records', kind: DEPARTMENT, records };
  if (gone.length > 0) yield { type: 'tombstones', kind: DEPARTMENT, externalIds: gone };
}

async function departmentOrNull(api: FeishuApi, id: string): Promise<FeishuDepartment | null> {
  try {
    const department = await api.department(id);
    return department.status?.is_deleted === true ? null : department;
  } catch (error) {
    if (isApiError(error, NO_DEPARTMENT_AUTHORITY, NO_SUCH_DEPARTMENT)) return null;
    throw error;
  }
}

async function findPeople(api: FeishuApi, userIds: readonly string[], departmentIds: readonly string[]) {
  const found: FeishuUser[] = [];
  const gone: string[] = [];
  const read = async (id: string) => ({ id, user: await userOrNull(api, id) });
  for await (const { id, user } of inOrder(userIds, AT_ONCE, read)) {
    if (user) found.push(user);
    else gone.push(id);
  }
  for (const id of departmentIds) for await (const page of api.members(id)) found.push(...page);
  return { found, gone };
}

/** Whether someone leads a department is said by the department, so all that are named are needed. */
async function addDepartmentsOf(
  api: FeishuApi,
  users: readonly FeishuUser[],
  known: Map<string, FeishuDepartment>,
): Promise<void> {
  const wanted = new Set(
    users.flatMap((user) => user.department_ids ?? []).filter((id) => id !== '0' && !known.has(id)),
  );
  const ids = [...wanted];
  for (let at = 0; at < ids.length; at += MAX_PAGE) {
    const found = await departmentsOrFewer(api, ids.slice(at, at + MAX_PAGE));
    for (const one of found) known.set(one.open_department_id, one);
  }
}

/** A person may be in departments that the app may not see; should one of them spoil the call, each is asked alone. */
async function departmentsOrFewer(api: FeishuApi, ids: readonly string[]): Promise<FeishuDepartment[]> {
  try {
    return await api.departments(ids);
  } catch (error) {
    if (!isApiError(error, NO_DEPARTMENT_AUTHORITY, NO_SUCH_DEPARTMENT)) throw error;
  }
  const found: FeishuDepartment[] = [];
  for await (const one of inOrder(ids, AT_ONCE, (id) => departmentOrNull(api, id))) if (one) found.push(one);
  return found;
}

function* batchesOf(records: readonly SourceRecord[]): Generator<Message> {
  for (let at = 0; at < records.length; at += BATCH) {
    yield { type: 'records', kind: USER, records: records.slice(at, at + BATCH) };
  }
}
