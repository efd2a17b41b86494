import { DEPARTMENT, type RecordKind, type SourceRecord, USER } from '../../domain/record.js';
import type { Rejected } from '../../domain/partition-items.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { inOrder } from '../../outbound/http-client/in-order.js';
import { HINT_UNREADABLE, type Hint } from '../source-adapter.js';
import { FeishuApiError } from './classify-answer.js';
import { type FeishuApi, MAX_PAGE } from './feishu-api.js';
import { type FeishuConfig, type FeishuCursor, identityOf } from './feishu-config.js';
import type { FeishuDepartment, FeishuUser } from './feishu-shapes.js';
import { findReach, lookUpDepartment, lookUpUser } from './find-departments.js';
import { membersOf, PeopleGatherer } from './gather-people.js';
import { leadersOf, mapDepartment } from './map-department.js';

type Message = SourceMessage<FeishuCursor>;

const AT_ONCE = 4;
const BATCH = 500;

/**
 * Reads again the objects that events named. Objects that the app cannot see any more are gone, as in a full read.
 *
 * The members of a named department are read too, because leading it is part of their records.
 */
export async function* readHints(
  api: FeishuApi,
  config: FeishuConfig,
  hints: readonly Hint[],
): AsyncGenerator<Message> {
  const named = (kind: string) => hints.filter((hint) => hint.kind === kind).map((hint) => hint.externalId);
  const departments = new Map<string, FeishuDepartment>();
  yield* readDepartments(api, named(DEPARTMENT), departments);
  const { found, gone, rejected } = await findPeople(api, named(USER), [...departments.keys()]);
  yield* rejected;
  await addDepartmentsOf(api, found, departments);
  const leaders = new Map([...departments].map(([id, department]) => [id, leadersOf(department)]));
  const isLeader = (departmentId: string, id: string) => {
    return leaders.get(departmentId)?.has(id) ?? null;
  };
  const people = new PeopleGatherer({ identity: identityOf(config), isLeader });
  const records = found.flatMap((user) => people.take(user, null) ?? []);
  yield* batchesOf(records);
  for (const one of people.rest()) if ('type' in one) yield one;
  yield* tombstonesOf(api, USER, gone);
  yield { type: 'checkpoint', cursor: {} };
}

async function* readDepartments(
  api: FeishuApi,
  ids: readonly string[],
  found: Map<string, FeishuDepartment>,
): AsyncGenerator<Message> {
  const gone: string[] = [];
  const look = async (id: string) => ({ id, answer: await lookUpDepartment(api, id) });
  for await (const { id, answer } of inOrder(ids, AT_ONCE, look)) {
    if (answer.is === 'there') found.set(id, { ...answer.found, open_department_id: id });
    else if (answer.is === 'gone') gone.push(id);
    else yield unreadable(DEPARTMENT, id, answer.error);
  }
  const records = [...found.values()].map(mapDepartment);
  if (records.length > 0) yield { type: 'records', kind: DEPARTMENT, records };
  yield* tombstonesOf(api, DEPARTMENT, gone);
}

/** @throws SourceAuthError if the scope of the app is empty: then nothing is known to be gone, as in a full read */
async function* tombstonesOf(
  api: FeishuApi,
  kind: RecordKind,
  externalIds: readonly string[],
): AsyncGenerator<Message> {
  if (externalIds.length === 0) return;
  await findReach(api);
  yield { type: 'tombstones', kind, externalIds };
}

function unreadable(kind: RecordKind, externalId: string, { message }: Error): Rejected {
  return { type: 'rejected', kind, externalId, code: HINT_UNREADABLE, reason: message };
}

async function findPeople(api: FeishuApi, userIds: readonly string[], departmentIds: readonly string[]) {
  const found: FeishuUser[] = [];
  const gone: string[] = [];
  const rejected: Rejected[] = [];
  const look = async (id: string) => ({ id, answer: await lookUpUser(api, id) });
  for await (const { id, answer } of inOrder(userIds, AT_ONCE, look)) {
    if (answer.is === 'there') found.push(answer.found);
    else if (answer.is === 'gone') gone.push(id);
    else rejected.push(unreadable(USER, id, answer.error));
  }
  for (const id of departmentIds) {
    const members = await membersOrError(api, id);
    if (members instanceof FeishuApiError) rejected.push(unreadable(DEPARTMENT, id, members));
    else {
      found.push(...members.items);
      rejected.push(...members.rejected);
    }
  }
  return { found, gone, rejected };
}

/** The department may be deleted meanwhile, or its list may be refused: the hint is read again later. */
async function membersOrError(api: FeishuApi, id: string) {
  try {
    return await membersOf(api, id);
  } catch (error) {
    if (error instanceof FeishuApiError) return error;
    throw error;
  }
}

/** The answer about a department contains its leaders, so all departments of the people are read. */
async function addDepartmentsOf(
  api: FeishuApi,
  users: readonly FeishuUser[],
  known: Map<string, FeishuDepartment>,
): Promise<void> {
  const named = users.flatMap((user) => user.department_ids ?? []);
  const ids = [...new Set(named.filter((id) => id !== '0' && !known.has(id)))];
  for (let at = 0; at < ids.length; at += MAX_PAGE) {
    const found = await departmentsOrFewer(api, ids.slice(at, at + MAX_PAGE));
    for (const one of found) known.set(one.open_department_id, one);
  }
}

/**
 * A person may be in departments that the app may not see. If one of them makes the call fail, each is requested alone.
 */
async function departmentsOrFewer(api: FeishuApi, ids: readonly string[]): Promise<readonly FeishuDepartment[]> {
  try {
    return (await api.departments(ids)).items;
  } catch (error) {
    if (!(error instanceof FeishuApiError)) throw error;
  }
  const found: FeishuDepartment[] = [];
  for await (const answer of inOrder(ids, AT_ONCE, (id) => lookUpDepartment(api, id)))
    if (answer.is === 'there') found.push(answer.found);
  return found;
}

function* batchesOf(records: readonly SourceRecord[]): Generator<Message> {
  for (let at = 0; at < records.length; at += BATCH) {
    yield { type: 'records', kind: USER, records: records.slice(at, at + BATCH) };
  }
}
