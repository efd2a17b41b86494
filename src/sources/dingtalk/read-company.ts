import { SourceConfigError } from '../../domain/errors.js';
import { DEPARTMENT, type SourceRecord, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { inOrder } from '../../platform/http-client/in-order.js';
import { estimateCalls } from './call-estimate.js';
import { isApiError, NO_SUCH_USER, USER_OUT_OF_SCOPE } from './dingtalk-api-error.js';
import type { DingtalkApi } from './dingtalk-api.js';
import type { DingtalkConfig } from './dingtalk-config.js';
import type { DingtalkCursor } from './dingtalk-cursor.js';
import { settingsOf } from './dingtalk-settings.js';
import type { DingtalkUser } from './dingtalk-shapes.js';
import { inBatches } from './in-batches.js';
import { mapDepartment } from './map-department.js';
import { type ManagersOf, mapWholeUser } from './map-user.js';
import { PeopleGatherer } from './people-gatherer.js';
import { AT_ONCE, findScope, walkDepartments } from './walk-departments.js';

type Message = SourceMessage<DingtalkCursor>;

/** Most departments in one message. */
const BATCH = 500;

/** Reads everything that the app may see: departments level by level, then the members of each. */
export async function* readCompany(
  api: DingtalkApi,
  config: DingtalkConfig,
  { startedAt }: { readonly startedAt: Date },
): AsyncGenerator<Message> {
  const settings = settingsOf(config);
  const scope = await findScope(api);
  const managers = new Map<string, ReadonlySet<string>>();
  for await (const level of walkDepartments(api, scope.departments, settings)) {
    for (const one of level) managers.set(one.dept_id, new Set(one.dept_manager_userid_list ?? []));
    const records = level.map((one) => mapDepartment(one, settings));
    for (let at = 0; at < records.length; at += BATCH) {
      yield { type: 'records', kind: DEPARTMENT, records: records.slice(at, at + BATCH) };
    }
  }
  yield { type: 'complete', kind: DEPARTMENT, evidence: `${managers.size} departments, each asked for its children` };
  await refuseTooManyCalls(api, config, managers.size);
  let people = 0;
  const managersOf = (id: string) => managers.get(id);
  for await (const records of inBatches(findPeople(api, config, { ids: [...managers.keys()], managersOf, scope }))) {
    people += records.length;
    yield { type: 'records', kind: USER, records };
  }
  yield {
    type: 'complete',
    kind: USER,
    evidence: `${people} people in ${managers.size} departments, to the last page`,
  };
  yield { type: 'checkpoint', cursor: { readAt: startedAt.toISOString() } };
}

/** Before the larger part of the calls is made, not after. */
async function refuseTooManyCalls(api: DingtalkApi, config: DingtalkConfig, departments: number): Promise<void> {
  const { maxCallsPerRead } = config;
  if (maxCallsPerRead === undefined) return;
  const calls = estimateCalls({ departments, people: await api.countUsers() }, settingsOf(config));
  if (calls <= maxCallsPerRead) return;
  throw new SourceConfigError(
    `This full sync would take about ${calls} calls, more than the option maxCallsPerRead (${maxCallsPerRead}) allows.`,
  );
}

interface Where {
  readonly ids: readonly string[];
  readonly managersOf: ManagersOf;
  readonly scope: { readonly users: readonly string[] };
}

async function* findPeople(api: DingtalkApi, config: DingtalkConfig, where: Where): AsyncGenerator<SourceRecord> {
  const settings = settingsOf(config);
  const listed = listPeople(api, config, where);
  const whole = settings.superiors ? askEach(api, listed) : null;
  if (whole === null) yield* listed;
  else for await (const user of whole) yield mapWholeUser(user, settings, where.managersOf);
}

async function* listPeople(api: DingtalkApi, config: DingtalkConfig, where: Where): AsyncGenerator<SourceRecord> {
  const { ids, managersOf, scope } = where;
  const settings = settingsOf(config);
  const lists = new Set(ids);
  const people = new PeopleGatherer(settings, (id) => lists.has(id), managersOf);
  const told = new Set<unknown>();
  const read = async (id: string) => ({ id, members: await api.members(id) });
  for await (const { id, members } of inOrder(ids, AT_ONCE, read)) {
    for (const member of members) {
      told.add(member.userid);
      const record = people.take(member, id);
      if (record) yield record;
    }
  }
  yield* people.rest();
  const named = scope.users.filter((id) => !told.has(id));
  for await (const user of inOrder(named, AT_ONCE, (id) => userOrNull(api, id))) {
    if (user) yield mapWholeUser(user, settings, managersOf);
  }
}

/** Superiors are in nobody's list. */
async function* askEach(api: DingtalkApi, listed: AsyncIterable<SourceRecord>): AsyncGenerator<DingtalkUser> {
  const ids: string[] = [];
  for await (const { externalId } of listed) ids.push(String(externalId));
  for await (const user of inOrder(ids, AT_ONCE, (id) => userOrNull(api, id))) if (user) yield user;
}

/** null = no more there, or out of the app's sight. */
export async function userOrNull(api: DingtalkApi, id: string): Promise<DingtalkUser | null> {
  try {
    return await api.user(id);
  } catch (error) {
    if (isApiError(error, NO_SUCH_USER, USER_OUT_OF_SCOPE)) return null;
    throw error;
  }
}
