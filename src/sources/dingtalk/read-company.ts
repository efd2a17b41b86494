import { SourceConfigError } from '../../domain/errors.js';
import { DEPARTMENT, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { proveDepartments, proveUsers } from '../kit/prove-unseen.js';
import type { UnseenIds } from '../source-adapter.js';
import { estimateCalls } from './call-estimate.js';
import type { DingtalkApi } from './dingtalk-api.js';
import type { DingtalkConfig } from './dingtalk-config.js';
import { type DingtalkCursor, type DingtalkSettings, settingsOf } from './dingtalk-settings.js';
import { findPeople } from './find-people.js';
import { inBatches } from './in-batches.js';
import { managersIn, mapDepartment } from './map-department.js';
import { departmentsProof, peopleProof } from './prove-unseen.js';
import { DepartmentWalk, findScope, type WalkedLevel } from './walk-departments.js';

type Message = SourceMessage<DingtalkCursor>;

/** The largest number of departments in one message. */
const BATCH = 500;

/** Parameters of a full read. */
export interface CompanyAsked {
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
