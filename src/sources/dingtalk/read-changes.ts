import { DEPARTMENT, type SourceRecord, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { inOrder } from '../../platform/http-client/in-order.js';
import type { Hint } from '../source-adapter.js';
import { DEPARTMENT_OUT_OF_SCOPE, isApiError, NO_SUCH_DEPARTMENT } from './dingtalk-api-error.js';
import type { DingtalkApi } from './dingtalk-api.js';
import type { DingtalkConfig } from './dingtalk-config.js';
import type { DingtalkCursor } from './dingtalk-cursor.js';
import { type DingtalkSettings, settingsOf } from './dingtalk-settings.js';
import type { DingtalkDepartment, DingtalkUser } from './dingtalk-shapes.js';
import { mapDepartment } from './map-department.js';
import { mapUser, mapWholeUser } from './map-user.js';
import { userOrNull } from './read-company.js';
import { AT_ONCE } from './walk-departments.js';

type Message = SourceMessage<DingtalkCursor>;

/** What a delta is asked for. */
export interface ChangesAsked {
  readonly hints: readonly Hint[];
  /** When the last finished read began; null = never. */
  readonly since: Date | null;
  readonly startedAt: Date;
}

const BATCH = 500;
/** Leave records may turn up late. */
const OVERLAP_MS = 10 * 60_000;

/**
 * Reads afresh what events named, and who left as leave records have it. What the app can't see any more is gone, as a
 * full read would find.
 *
 * A named department's own members are read too: their leading it moves with it.
 */
export async function* readChanges(
  api: DingtalkApi,
  config: DingtalkConfig,
  { hints, since, startedAt }: ChangesAsked,
): AsyncGenerator<Message> {
  const settings = settingsOf(config);
  const named = (kind: string) => hints.filter((hint) => hint.kind === kind).map((hint) => hint.externalId);
  const departments = new Map<string, DingtalkDepartment>();
  yield* readDepartments(api, named(DEPARTMENT), departments, settings);
  const asked = new Set(named(USER));
  const { listed, others } = await membersOf(api, [...departments.values()], settings);
  for (const id of others) asked.add(id);
  if (config.leaveRecords === true && since !== null) {
    const from = new Date(since.getTime() - OVERLAP_MS);
    for (const id of await api.leavers(from)) asked.add(id);
  }
  yield* batchesOf(listed.filter(({ externalId }) => !asked.has(String(externalId))));
  yield* readUsers(api, [...asked], departments, settings);
  yield { type: 'checkpoint', cursor: { readAt: startedAt.toISOString() } };
}

async function* readDepartments(
  api: DingtalkApi,
  ids: readonly string[],
  found: Map<string, DingtalkDepartment>,
  settings: DingtalkSettings,
): AsyncGenerator<Message> {
  const gone: string[] = [];
  const read = async (id: string) => ({ id, department: await departmentOrNull(api, id) });
  for await (const { id, department } of inOrder(ids, AT_ONCE, read)) {
    if (department) found.set(id, department);
    else gone.push(id);
  }
  const records = [...found.values()].map((one) => mapDepartment(one, settings));
  if (records.length > 0) yield { type: 'records', kind: DEPARTMENT, records };
  if (gone.length > 0) yield { type: 'tombstones', kind: DEPARTMENT, externalIds: gone };
}

async function departmentOrNull(api: DingtalkApi, id: string): Promise<DingtalkDepartment | null> {
  try {
    return await api.department(id);
  } catch (error) {
    if (isApiError(error, NO_SUCH_DEPARTMENT, DEPARTMENT_OUT_OF_SCOPE)) return null;
    throw error;
  }
}

/** Of people who are in this department only, its list says all; others must be asked for. Calls are scarce. */
async function membersOf(api: DingtalkApi, departments: readonly DingtalkDepartment[], settings: DingtalkSettings) {
  const listed: SourceRecord[] = [];
  const others: string[] = [];
  for (const { dept_id: id, dept_manager_userid_list: managers } of departments) {
    for (const member of await api.members(id)) {
      const leader = member.leader === true || (settings.details && (managers ?? []).includes(member.userid));
      const places = new Map([[id, { leader, order: member.dept_order ?? null }]]);
      if (settings.superiors || member.dept_id_list?.length !== 1) others.push(member.userid);
      else listed.push(mapUser(member, { ...settings, places }));
    }
  }
  return { listed, others };
}

async function* readUsers(
  api: DingtalkApi,
  ids: readonly string[],
  departments: Map<string, DingtalkDepartment>,
  settings: DingtalkSettings,
): AsyncGenerator<Message> {
  const found: DingtalkUser[] = [];
  const gone: string[] = [];
  const read = async (id: string) => ({ id, user: await userOrNull(api, id) });
  for await (const { id, user } of inOrder(ids, AT_ONCE, read)) {
    if (user) found.push(user);
    else gone.push(id);
  }
  if (settings.details) await addDepartmentsOf(api, found, departments);
  const managers = new Map(
    [...departments].map(([id, { dept_manager_userid_list: list }]) => [id, new Set(settings.details ? list : [])]),
  );
  const records = found.map((user) => mapWholeUser(user, settings, (id) => managers.get(id)));
  yield* batchesOf(records);
  if (gone.length > 0) yield { type: 'tombstones', kind: USER, externalIds: gone };
}

/** Who manages them is asked, as a full read does, so that both say the same of a person. */
async function addDepartmentsOf(
  api: DingtalkApi,
  users: readonly DingtalkUser[],
  known: Map<string, DingtalkDepartment>,
): Promise<void> {
  const ids = new Set(users.flatMap((user) => user.dept_id_list ?? []).filter((id) => !known.has(id)));
  for await (const one of inOrder(ids, AT_ONCE, (id) => departmentOrNull(api, id)))
    if (one) known.set(one.dept_id, one);
}

function* batchesOf(records: readonly SourceRecord[]): Generator<Message> {
  for (let at = 0; at < records.length; at += BATCH) {
    yield { type: 'records', kind: USER, records: records.slice(at, at + BATCH) };
  }
}
