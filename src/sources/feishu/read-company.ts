import { DEPARTMENT, type SourceRecord, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { inOrder } from '../../platform/http-client/in-order.js';
import { isApiError, NO_SUCH_USER, NO_USER_AUTHORITY } from './feishu-api-error.js';
import type { FeishuApi } from './feishu-api.js';
import type { FeishuConfig } from './feishu-config.js';
import { identityOf } from './feishu-config.js';
import type { FeishuCursor } from './feishu-cursor.js';
import type { FeishuUser } from './feishu-shapes.js';
import { findReach, listDepartments, type Reach } from './find-departments.js';
import { PeopleGatherer } from './gather-people.js';
import { leadersOf, mapDepartment, ROOT } from './map-department.js';

type Message = SourceMessage<FeishuCursor>;

/** Departments whose members are asked for at the same time. */
const AT_ONCE = 4;
const BATCH = 500;

/** Reads everything that the app may see: departments, then the members of each. */
export async function* readCompany(api: FeishuApi, config: FeishuConfig): AsyncGenerator<Message> {
  const reach = await findReach(api);
  const leaders = new Map<string, ReadonlySet<string>>();
  for await (const page of listDepartments(api, reach.tops)) {
    for (const department of page) leaders.set(department.open_department_id, leadersOf(department));
    if (page.length > 0) yield { type: 'records', kind: DEPARTMENT, records: page.map(mapDepartment) };
  }
  const where = reach.tops.includes(ROOT) ? 'of the whole company' : 'of the contact scope';
  yield { type: 'complete', kind: DEPARTMENT, evidence: `${leaders.size} departments ${where}, to the last page` };
  const isLeader = (departmentId: string, id: string) => leaders.get(departmentId)?.has(id) ?? false;
  const people = new PeopleGatherer({ identity: identityOf(config), isLeader });
  for await (const records of inBatches(findPeople(api, reach, [...leaders.keys()], people))) {
    yield { type: 'records', kind: USER, records };
  }
  const evidence = `${people.count} people in ${leaders.size} departments, each to its last page`;
  yield { type: 'complete', kind: USER, evidence };
  yield { type: 'checkpoint', cursor: {} };
}

async function* findPeople(
  api: FeishuApi,
  { tops, users }: Reach,
  departmentIds: readonly string[],
  people: PeopleGatherer,
): AsyncGenerator<SourceRecord> {
  const lists = [...tops.filter((id) => id === ROOT), ...departmentIds];
  const read = async (id: string) => ({ id, members: await membersOf(api, id) });
  for await (const { id, members } of inOrder(lists, AT_ONCE, read)) {
    for (const member of members) {
      const record = people.take(member, id);
      if (record) yield record;
    }
  }
  for await (const user of inOrder(users, AT_ONCE, (id) => userOrNull(api, id))) {
    const record = user && people.take(user, null);
    if (record) yield record;
  }
  yield* people.rest();
}

/** A department that goes away meanwhile fails the read: its people may be where nobody looks again. */
async function membersOf(api: FeishuApi, id: string): Promise<FeishuUser[]> {
  const found: FeishuUser[] = [];
  for await (const page of api.members(id)) found.push(...page);
  return found;
}

/** null = no more there, or out of the app's sight. */
export async function userOrNull(api: FeishuApi, id: string): Promise<FeishuUser | null> {
  try {
    return await api.user(id);
  } catch (error) {
    if (isApiError(error, NO_USER_AUTHORITY, NO_SUCH_USER)) return null;
    throw error;
  }
}

async function* inBatches(records: AsyncIterable<SourceRecord>): AsyncGenerator<SourceRecord[]> {
  let batch: SourceRecord[] = [];
  for await (const record of records) {
    batch.push(record);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
