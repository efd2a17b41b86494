import { SyncError } from '../../domain/errors.js';
import { inOrder } from '../../outbound/http-client/in-order.js';
import type { JsonWorld } from '../../outbound/http-client/json-client.js';
import type { CheckResult, SourceContext } from '../source-adapter.js';
import { describeCalls } from './call-estimate.js';
import { type DingtalkApi, openDingtalkApi } from './dingtalk-api.js';
import { type DingtalkConfig, settingsOf } from './dingtalk-config.js';
import { openGateway } from './stream-gateway.js';
import { findScope } from './walk-departments.js';

/** The interface allows 10 s; one second is reserved for closing. */
const CHECK_MS = 9_000;
/**
 * The largest number of calls for counting departments; the search for a member makes one more. The monthly quota is
 * small.
 */
const MAX_COUNTING_CALLS = 19;

/** Proves that the options work, names each missing permission, and reports the number of calls of a full sync. */
export async function checkDingtalk(
  world: JsonWorld,
  { config, signal }: SourceContext<DingtalkConfig>,
): Promise<CheckResult> {
  signal.throwIfAborted();
  const timeout = AbortSignal.timeout(CHECK_MS);
  const within = AbortSignal.any([signal, timeout]);
  const api = openDingtalkApi(world, config, within);
  try {
    const found = await inspect(api, config);
    const events = await inspectEvents(world, config, within);
    return { ok: true, hint: [...found, ...events].join(' ') };
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) return refuse('source_unavailable', 'DingTalk did not answer within 9 s.');
    if (error instanceof SyncError) return refuse(error.code, error.message);
    throw error;
  } finally {
    await api.close();
  }
}

const refuse = (code: string, hint: string): CheckResult => ({ ok: false, code, hint });

async function inspect(api: DingtalkApi, config: DingtalkConfig): Promise<readonly string[]> {
  const scope = await findScope(api);
  const [top] = scope.departments;
  const people = await api.countUsers();
  const someone = (top === undefined ? null : await memberNear(api, top)) ?? scope.users[0];
  const person = someone === undefined ? null : await api.user(someone);
  const size = await countDepartments(api, scope.departments);
  if (config.leaveRecords === true) await api.leavers(new Date());
  return [
    describeScope(scope.departments, scope.users),
    describeCalls({ departments: size.departments, people }, settingsOf(config), size),
    ...(person ? unseen(person) : []),
  ];
}

/** The largest number of departments that the search for a member reads. */
const MAX_LOOKS = 5;

/** A member of this department or of one directly below it, or null: the root often has no members of its own. */
async function memberNear(api: DingtalkApi, top: string): Promise<string | null> {
  const [member] = (await api.members(top)).items;
  if (member) return member.userid;
  for (const { dept_id: id } of (await api.children(top)).items.slice(0, MAX_LOOKS - 1)) {
    const [below] = (await api.members(id)).items;
    if (below) return below.userid;
  }
  return null;
}

/** A ticket proves that the app may use Stream; an unused ticket expires after 90 s. */
async function inspectEvents(
  world: JsonWorld,
  config: DingtalkConfig,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (config.events !== 'stream') return config.callbackToken && config.callbackAesKey ? [] : [NO_CALLBACKS];
  await openGateway(world, config, signal);
  return ['Events arrive over the Stream connection of a worker.'];
}

const NO_CALLBACKS =
  'Without callbackToken and callbackAesKey, callbacks are refused: the next full sync finds changes.';

function describeScope(departments: readonly string[], users: readonly string[]): string {
  if (departments.includes('1')) return 'The app has access to the whole organisation.';
  return `The app has access to ${departments.length} departments with all departments below them, and to ${users.length} individual people.`;
}

async function countDepartments(api: DingtalkApi, tops: readonly string[]) {
  let departments = 0;
  let calls = 0;
  let level = [...tops];
  while (level.length > 0) {
    departments += level.length;
    const asked = level.slice(0, MAX_COUNTING_CALLS - calls);
    calls += asked.length;
    const next: string[] = [];
    for await (const children of inOrder(asked, 4, (id) => api.children(id))) {
      next.push(...children.items.map((child) => child.dept_id));
    }
    if (asked.length < level.length || (calls >= MAX_COUNTING_CALLS && next.length > 0)) {
      return { departments: departments + next.length, exact: false };
    }
    level = next;
  }
  return { departments, exact: true };
}

const FIELDS = [
  ['mobile', 'fieldMobile'],
  ['email', 'fieldEmail'],
] as const;

/**
 * A field is absent if its permission is missing or if it is empty. It stays unchanged in every sync, so a hint is
 * enough.
 */
function unseen(person: Readonly<Record<string, unknown>>): readonly string[] {
  const missing = FIELDS.filter(([field]) => person[field] === undefined).map(
    ([field, right]) => `${field} (${right})`,
  );
  return missing.length > 0 ? [`Not visible to the app, so these fields stay unchanged: ${missing.join(', ')}.`] : [];
}
