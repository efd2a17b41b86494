import { DEPARTMENT, type SourceRecord, USER } from '../../domain/record.js';
import type { Rejected } from '../../domain/partition-items.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { inOrder } from '../../outbound/http-client/in-order.js';
import { type PeopleProof, type Proof, proveDepartments, proveUsers } from '../kit/prove-unseen.js';
import type { UnseenIds } from '../source-adapter.js';
import type { FeishuApi } from './feishu-api.js';
import { type FeishuConfig, type FeishuCursor, identityOf } from './feishu-config.js';
import { DepartmentList, findReach, idsOf, lookUpDepartment, lookUpUser, type Reach } from './find-departments.js';
import { membersOf, PeopleGatherer } from './gather-people.js';
import { leadersOf, mapDepartment, ROOT } from './map-department.js';
import type { FeishuUser } from './feishu-shapes.js';

type Message = SourceMessage<FeishuCursor>;

/** The number of departments whose members are requested at the same time. */
const AT_ONCE = 4;
const BATCH = 500;

/** The leaders of each department that was found; null = the app may not see them. */
type Leaders = Map<string, ReadonlySet<string> | null>;

/** Reads everything in the scope of the app: departments, then the members of each. */
export async function* readCompany(
  api: FeishuApi,
  config: FeishuConfig,
  unseenIds: UnseenIds | undefined,
): AsyncGenerator<Message> {
  const reach = await findReach(api);
  const leaders: Leaders = new Map();
  const list = new DepartmentList(api);
  yield* departmentsFrom(list, reach.tops, leaders);
  if (unseenIds)
    yield* departmentsFrom(list, yield* proveDepartments(unseenIds, departmentsProof(api, reach.tops)), leaders);
  const where = reach.tops.includes(ROOT) ? 'of the whole company' : 'of the contact scope';
  yield { type: 'complete', kind: DEPARTMENT, evidence: `${leaders.size} departments ${where}, to the last page` };
  const isLeader = (departmentId: string, id: string) => {
    return leaders.get(departmentId)?.has(id) ?? null;
  };
  const people = new PeopleGatherer({ identity: identityOf(config), isLeader });
  const lists = [...reach.tops.filter((id) => id === ROOT), ...leaders.keys()];
  yield* inBatches(findPeople({ api, reach, lists, people }));
  if (unseenIds) yield* proveUsers(unseenIds, peopleProof(api, lists, people));
  const evidence = `${people.count} people in ${leaders.size} departments, each to its last page`;
  yield { type: 'complete', kind: USER, evidence };
  yield { type: 'checkpoint', cursor: {} };
}

async function* departmentsFrom(
  list: DepartmentList,
  tops: readonly string[],
  leaders: Leaders,
): AsyncGenerator<Message> {
  for await (const page of list.from(tops)) {
    for (const department of page.items) leaders.set(department.open_department_id, leadersOf(department));
    // The members of a department that cannot be used are listed too.
    for (const id of idsOf(page)) if (!leaders.has(id)) leaders.set(id, null);
    if (page.items.length > 0) yield { type: 'records', kind: DEPARTMENT, records: page.items.map(mapDepartment) };
    yield* page.rejected;
  }
}

interface People {
  readonly api: FeishuApi;
  readonly reach: Reach;
  readonly lists: readonly string[];
  readonly people: PeopleGatherer;
}

async function* findPeople({ api, reach, lists, people }: People): AsyncGenerator<SourceRecord | Rejected> {
  const odd = new Map<string | null, Rejected>();
  const read = async (id: string) => ({ id, members: await membersOf(api, id) });
  for await (const { id, members } of inOrder(lists, AT_ONCE, read)) {
    for (const one of members.rejected) odd.set(one.externalId, one);
    for (const member of members.items) {
      const record = people.take(member, id);
      if (record) yield record;
    }
  }
  const look = async (id: string) => ({ id, answer: await lookUpUser(api, id) });
  for await (const { id, answer } of inOrder(reach.users, AT_ONCE, look)) {
    const record = answer.is === 'there' ? people.take(answer.found, null) : null;
    if (record) yield record;
    if (answer.is === 'unreadable') {
      const reason = answer.error.message;
      odd.set(id, { type: 'rejected', kind: USER, externalId: id, code: 'invalid_record', reason });
    }
  }
  yield* people.rest();
  // Another list may have returned the same person in a usable form.
  for (const one of odd.values()) if (!people.has(one.externalId)) yield one;
}

async function* inBatches(items: AsyncIterable<SourceRecord | Rejected>): AsyncGenerator<Message> {
  let records: SourceRecord[] = [];
  for await (const item of items) {
    if ('type' in item) yield item;
    else if (records.push(item) === BATCH) {
      yield { type: 'records', kind: USER, records };
      records = [];
    }
  }
  if (records.length > 0) yield { type: 'records', kind: USER, records };
}

/**
 * Proves which people are gone (R30). A person who resigned is in no list and counts as gone.
 * @param lists the departments whose members were listed
 */
function peopleProof(api: FeishuApi, lists: readonly string[], people: PeopleGatherer): PeopleProof<FeishuUser> {
  const idsIn = async (id: string) => (await membersOf(api, id)).items.flatMap((user) => people.idOf(user) ?? []);
  return {
    again: inOrder(lists, AT_ONCE, idsIn),
    lookUp: async (id) => {
      const answer = await lookUpUser(api, id);
      return answer.is === 'there' && answer.found.status?.is_resigned === true ? { is: 'gone' } : answer;
    },
    recordOf: (user, id) => people.recordOf(user, id),
  };
}

/** Proves which departments are gone. */
function departmentsProof(api: FeishuApi, tops: readonly string[]): Proof<unknown> {
  return { again: listAgain(api, tops), lookUp: (id) => lookUpDepartment(api, id) };
}

async function* listAgain(api: FeishuApi, tops: readonly string[]): AsyncGenerator<readonly string[]> {
  for await (const page of new DepartmentList(api).from(tops)) yield idsOf(page);
}
