import { USER, type SourceRecord } from '../../domain/record.js';
import type { Rejected } from '../../domain/partition-items.js';
import { inOrder } from '../../outbound/http-client/in-order.js';
import type { DingtalkApi } from './dingtalk-api.js';
import type { DingtalkSettings } from './dingtalk-config.js';
import { lookUpUser } from './look-up.js';
import { mapWholeUser } from './map-user.js';
import type { ManagersOf } from './map-department.js';
import { PeopleGatherer } from './people-gatherer.js';
import { AT_ONCE } from './walk-departments.js';

/** The place where people are looked for. */
export interface Where {
  readonly api: DingtalkApi;
  readonly settings: DingtalkSettings;
  /** The departments whose members are listed. */
  readonly departments: readonly string[];
  readonly managersOf: ManagersOf;
  /** The people whom the scope of the app names individually. */
  readonly named: readonly string[];
}

/** Superiors are requested for this number of people at a time. */
const CHUNK = 200;

/** Yields all people in the lists, each once, including those that cannot be used. */
export async function* findPeople(where: Where): AsyncGenerator<SourceRecord | Rejected> {
  if (!where.settings.superiors) {
    yield* listPeople(where);
    return;
  }
  let chunk: SourceRecord[] = [];
  for await (const one of listPeople(where)) {
    if ('type' in one) yield one;
    else if (chunk.push(one) === CHUNK) {
      yield* askEach(where, chunk);
      chunk = [];
    }
  }
  yield* askEach(where, chunk);
}

async function* listPeople(where: Where): AsyncGenerator<SourceRecord | Rejected> {
  const { api, settings, departments, managersOf, named } = where;
  const lists = new Set(departments);
  const people = new PeopleGatherer(settings, (id) => lists.has(id), managersOf);
  const listed = new Set<string | null>();
  const odd = new Map<string | null, Rejected>();
  const read = async (id: string) => ({ id, members: await api.members(id) });
  for await (const { id, members } of inOrder(departments, AT_ONCE, read)) {
    for (const one of members.rejected) odd.set(one.externalId, one);
    for (const member of members.items) {
      listed.add(member.userid);
      const record = people.take(member, id);
      if (record) yield record;
    }
  }
  yield* people.rest();
  // Another list may have returned the same person in a usable form.
  for (const one of odd.values()) if (!listed.has(one.externalId)) yield one;
  const others = named.filter((id) => !listed.has(id) && !odd.has(id));
  const look = async (id: string) => ({ id, answer: await lookUpUser(api, id) });
  for await (const { id, answer } of inOrder(others, AT_ONCE, look)) {
    if (answer.is === 'there') yield mapWholeUser(answer.found, settings, managersOf);
    if (answer.is === 'unreadable') {
      yield { type: 'rejected', kind: USER, externalId: id, code: 'invalid_record', reason: answer.error.message };
    }
  }
}

/** Superiors are not in lists of members. A person whose own call returns no data is read from the list. */
async function* askEach(
  { api, settings, managersOf }: Where,
  listed: readonly SourceRecord[],
): AsyncGenerator<SourceRecord> {
  const look = async (record: SourceRecord) => ({ record, answer: await lookUpUser(api, String(record.externalId)) });
  for await (const { record, answer } of inOrder(listed, AT_ONCE, look)) {
    yield answer.is === 'there' ? onTopOf(record, mapWholeUser(answer.found, settings, managersOf)) : record;
  }
}

/** The person's own answer takes precedence; fields that it does not contain are read from the list. */
function onTopOf(listed: SourceRecord, own: SourceRecord): SourceRecord {
  const fields = Object.entries(own.data as object).filter(([field]) => !own.standIns?.includes(field));
  const data = { ...(listed.data as object), ...Object.fromEntries(fields) };
  return { ...own, data, ...(listed.standIns ? {} : { standIns: [] }) };
}
