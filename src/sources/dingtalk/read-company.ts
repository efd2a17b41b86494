import { SourceConfigError } from '../../domain/errors.js';
import { DEPARTMENT, type RecordKind, type SourceRecord, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { type PeopleProof, type Proof, proveDepartments, proveUsers } from '../kit/prove-unseen.js';
import type { UnseenIds } from '../source-adapter.js';
import { estimateCalls } from './call-estimate.js';
import type { DingtalkApi } from './dingtalk-api.js';
import { type DingtalkConfig, type DingtalkCursor, type DingtalkSettings, settingsOf } from './dingtalk-config.js';
import { findPeople, type Where } from './find-people.js';
import { managersIn, mapDepartment } from './map-department.js';
import { AT_ONCE, DepartmentWalk, findScope, type WalkedLevel } from './walk-departments.js';
import { inOrder } from '../../outbound/http-client/in-order.js';
import type { DingtalkUser } from './dingtalk-shapes.js';
import { lookUpDepartment, lookUpUser } from './look-up.js';
import { mapWholeUser } from './map-user.js';
import type { Rejected } from '../../domain/partition-items.js';

type Message = SourceMessage<DingtalkCursor>;

/** The largest number of departments in one message. */
const BATCH = 500;

/** Parameters of a full read. */
interface CompanyAsked {
  readonly startedAt: Date;
  readonly unseenIds: UnseenIds | undefined;
}

/** Reads everything in the scope of the app: departments level by level, then the members of each. */
export async function* readCompany(
  api: DingtalkApi,
  config: DingtalkConfig,
  { startedAt, unseenIds }: CompanyAsked,
): AsyncGenerator<Message> {
  const settings = settingsOf(config);
  const { departments: tops, users: named } = await findScope(api);
  const managers: Managers = new Map();
  const walk = new DepartmentWalk(api, settings.details);
  yield* walkFrom(walk, tops, { settings, managers });
  if (unseenIds)
    yield* walkFrom(walk, yield* proveDepartments(unseenIds, departmentsProof(api, tops)), { settings, managers });
  yield { type: 'complete', kind: DEPARTMENT, evidence: `${managers.size} departments, with their children` };
  await refuseTooManyCalls(api, config, managers.size);
  const managersOf = (id: string) => managers.get(id);
  const where = { api, settings, departments: [...managers.keys()], managersOf, named };
  let people = 0;
  for await (const message of inBatches(USER, findPeople(where))) {
    people += message.type === 'records' ? message.records.length : 0;
    yield message;
  }
  if (unseenIds) yield* proveUsers(unseenIds, peopleProof(where));
  const evidence = `${people} people in ${managers.size} departments, to the last page`;
  yield { type: 'complete', kind: USER, evidence };
  yield { type: 'checkpoint', cursor: { readAt: startedAt.toISOString() } };
}

/** The managers of each department that was found; null = its own call did not return them. */
type Managers = Map<string, ReadonlySet<string> | null>;

async function* walkFrom(
  walk: DepartmentWalk,
  tops: readonly string[],
  { settings, managers }: { readonly settings: DingtalkSettings; readonly managers: Managers },
): AsyncGenerator<Message> {
  for await (const { met, rejected } of walk.from(tops)) {
    noteManagers(managers, { met, rejected });
    const records = met.map(({ department, whole }) =>
      mapDepartment(department, { details: settings.details && whole }),
    );
    for (let at = 0; at < records.length; at += BATCH) {
      yield { type: 'records', kind: DEPARTMENT, records: records.slice(at, at + BATCH) };
    }
    yield* rejected;
  }
}

/** The members of a department that cannot be used are listed too. */
function noteManagers(managers: Managers, { met, rejected }: WalkedLevel): void {
  for (const { department, whole } of met) {
    managers.set(department.dept_id, whole ? managersIn(department) : null);
  }
  for (const { externalId } of rejected) if (externalId !== null) managers.set(externalId, null);
}

/** Checks the limit before most of the calls are made. */
async function refuseTooManyCalls(api: DingtalkApi, config: DingtalkConfig, departments: number): Promise<void> {
  const { maxCallsPerRead } = config;
  if (maxCallsPerRead === undefined) return;
  const calls = estimateCalls({ departments, people: await api.countUsers() }, settingsOf(config));
  if (calls <= maxCallsPerRead) return;
  throw new SourceConfigError(
    `This full sync needs about ${calls} calls, more than the option maxCallsPerRead (${maxCallsPerRead}) allows.`,
  );
}

/** Proves which people are gone (R30). */
function peopleProof({ api, settings, departments, managersOf }: Where): PeopleProof<DingtalkUser> {
  const idsIn = async (id: string) => (await api.members(id)).items.map(({ userid }) => userid);
  return {
    again: inOrder(departments, AT_ONCE, idsIn),
    lookUp: (id) => lookUpUser(api, id),
    recordOf: (user, id) => (user.userid === id ? mapWholeUser(user, settings, managersOf) : null),
  };
}

/** Proves which departments are gone. */
function departmentsProof(api: DingtalkApi, tops: readonly string[]): Proof<unknown> {
  return { again: walkAgain(api, tops), lookUp: (id) => lookUpDepartment(api, id) };
}

async function* walkAgain(api: DingtalkApi, tops: readonly string[]): AsyncGenerator<readonly string[]> {
  for await (const { met, rejected } of new DepartmentWalk(api, false).from(tops)) {
    yield [
      ...met.map(({ department }) => department.dept_id),
      ...rejected.flatMap(({ externalId }) => externalId ?? []),
    ];
  }
}

/** Collects records into messages; items that cannot be used are passed on at once. */
async function* inBatches(
  kind: RecordKind,
  items: AsyncIterable<SourceRecord | Rejected>,
): AsyncGenerator<SourceMessage<never>> {
  let records: SourceRecord[] = [];
  for await (const item of items) {
    if ('type' in item) yield item;
    else if (records.push(item) === BATCH) {
      yield { type: 'records', kind, records };
      records = [];
    }
  }
  if (records.length > 0) yield { type: 'records', kind, records };
}
