import { DEPARTMENT, type RecordKind, type SourceRecord, USER } from '../../domain/record.js';
import type { Rejected } from '../../domain/partition-items.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { inOrder } from '../../outbound/http-client/in-order.js';
import { HINT_UNREADABLE, type Hint } from '../source-adapter.js';
import { DingtalkApiError } from './classify-answer.js';
import type { DingtalkApi } from './dingtalk-api.js';
import { type DingtalkConfig, type DingtalkCursor, type DingtalkSettings, settingsOf } from './dingtalk-config.js';
import type { DingtalkDepartment, DingtalkUser } from './dingtalk-shapes.js';
import { managersIn, mapDepartment, placeInList } from './map-department.js';
import { mapUser, mapWholeUser } from './map-user.js';
import { lookUpDepartment, lookUpUser } from './look-up.js';
import { AT_ONCE, findScope } from './walk-departments.js';

type Message = SourceMessage<DingtalkCursor>;

/** The input of a delta. */
export interface ChangesAsked {
  readonly hints: readonly Hint[];
  /** When the last finished read began; null = never. */
  readonly since: Date | null;
  readonly startedAt: Date;
}

const BATCH = 500;
/** Leave records may appear late, so a delta also reads this time before its start. */
const OVERLAP_MS = 10 * 60_000;

/**
 * Reads again the objects that events named, and the people who left by the leave records. Objects that the app cannot
 * see any more are gone, as in a full read.
 *
 * The members of a named department are read too, because leading it is part of their records.
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
  const { listed, others, rejected } = await membersOf(api, [...departments.values()], settings);
  for (const id of others) asked.add(id);
  if (config.leaveRecords === true && since !== null) {
    const from = new Date(since.getTime() - OVERLAP_MS);
    for (const id of await api.leavers(from)) asked.add(id);
  }
  yield* batchesOf(listed.filter(({ externalId }) => !asked.has(String(externalId))));
  yield* rejected.filter(({ externalId }) => externalId === null || !asked.has(externalId));
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
  const look = async (id: string) => ({ id, answer: await lookUpDepartment(api, id) });
  for await (const { id, answer } of inOrder(ids, AT_ONCE, look)) {
    if (answer.is === 'there') found.set(id, { ...answer.found, dept_id: id });
    else if (answer.is === 'gone') gone.push(id);
    else yield unreadable(DEPARTMENT, id, answer.error);
  }
  const records = [...found.values()].map((one) => mapDepartment(one, settings));
  if (records.length > 0) yield { type: 'records', kind: DEPARTMENT, records };
  yield* tombstonesOf(api, DEPARTMENT, gone);
}

/** @throws SourceAuthError if the scope of the app is empty: then nothing is known to be gone, as in a full read */
async function* tombstonesOf(
  api: DingtalkApi,
  kind: RecordKind,
  externalIds: readonly string[],
): AsyncGenerator<Message> {
  if (externalIds.length === 0) return;
  await findScope(api);
  yield { type: 'tombstones', kind, externalIds };
}

function unreadable(kind: RecordKind, externalId: string, { message }: Error): Rejected {
  return { type: 'rejected', kind, externalId, code: HINT_UNREADABLE, reason: message };
}

/**
 * The list of a department is complete for people who are only in this department; other people are requested one by
 * one. The number of calls is limited.
 */
async function membersOf(api: DingtalkApi, departments: readonly DingtalkDepartment[], settings: DingtalkSettings) {
  const listed: SourceRecord[] = [];
  const others: string[] = [];
  const rejected: Rejected[] = [];
  for (const department of departments) {
    const { dept_id: id } = department;
    const managers = settings.details ? managersIn(department) : null;
    const members = await membersOrError(api, id);
    if (members instanceof DingtalkApiError) rejected.push(unreadable(DEPARTMENT, id, members));
    else rejected.push(...members.rejected);
    for (const member of members instanceof DingtalkApiError ? [] : members.items) {
      const places = new Map([[id, placeInList(member, managers)]]);
      const isWhole =
        member.dept_id_list?.length === 1 && member.invalidFields.every(({ key }) => key !== 'dept_id_list');
      if (settings.superiors || !isWhole) others.push(member.userid);
      else listed.push(mapUser(member, { ...settings, places }));
    }
  }
  return { listed, others, rejected };
}

/** The department may be deleted meanwhile, or its list may be refused: the hint is read again later. */
async function membersOrError(api: DingtalkApi, id: string) {
  try {
    return await api.members(id);
  } catch (error) {
    if (error instanceof DingtalkApiError) return error;
    throw error;
  }
}

async function* readUsers(
  api: DingtalkApi,
  ids: readonly string[],
  departments: Map<string, DingtalkDepartment>,
  settings: DingtalkSettings,
): AsyncGenerator<Message> {
  const found: DingtalkUser[] = [];
  const gone: string[] = [];
  const look = async (id: string) => ({ id, answer: await lookUpUser(api, id) });
  for await (const { id, answer } of inOrder(ids, AT_ONCE, look)) {
    if (answer.is === 'there') found.push(answer.found);
    else if (answer.is === 'gone') gone.push(id);
    else yield unreadable(USER, id, answer.error);
  }
  if (settings.details) await addDepartmentsOf(api, found, departments);
  const managers = new Map([...departments].map(([id, one]) => [id, settings.details ? managersIn(one) : null]));
  const records = found.map((user) => mapWholeUser(user, settings, (id) => managers.get(id)));
  yield* batchesOf(records);
  yield* tombstonesOf(api, USER, gone);
}

/**
 * Requests the managers of these departments, as a full read does, so that both produce the same record of a person.
 */
async function addDepartmentsOf(
  api: DingtalkApi,
  users: readonly DingtalkUser[],
  known: Map<string, DingtalkDepartment>,
): Promise<void> {
  const ids = new Set(users.flatMap((user) => user.dept_id_list ?? []).filter((id) => !known.has(id)));
  for await (const answer of inOrder(ids, AT_ONCE, (id) => lookUpDepartment(api, id))) {
    if (answer.is === 'there') known.set(answer.found.dept_id, answer.found);
  }
}

function* batchesOf(records: readonly SourceRecord[]): Generator<Message> {
  for (let at = 0; at < records.length; at += BATCH) {
    yield { type: 'records', kind: USER, records: records.slice(at, at + BATCH) };
  }
}
