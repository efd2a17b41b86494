import { DEPARTMENT, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { inOrder } from '../../platform/http-client/in-order.js';
import type { Hint } from '../source-adapter.js';
import { type Access, orNull } from './access.js';
import { mapDepartment } from './map-department.js';
import { mapUser, mapUserId, type UserView, userKey } from './map-user.js';
import { viewOf } from './read-departments.js';
import { readUserIds, type UserIds } from './read-user-ids.js';
import { WecomNotFoundError, WecomRightError } from './wecom-errors.js';
import type { WecomOptions } from './wecom-options.js';
import { departmentIds, oneDepartment, type WecomDepartment, type WecomUser, wecomUser } from './wecom-shapes.js';

type Message = SourceMessage<never>;

const AT_ONCE = 4;

/** Reads afresh what callbacks named: departments first, because members may be in new ones. */
export async function* readHints(
  access: Access,
  options: WecomOptions,
  hints: readonly Hint[],
): AsyncGenerator<Message> {
  const of = (kind: string) => hints.filter((hint) => hint.kind === kind).map(({ externalId }) => externalId);
  const [departments, users] = [of(DEPARTMENT), of(USER)];
  if (departments.length > 0) yield* readHintedDepartments(access, departments);
  if (users.length > 0) yield* readHintedUsers(access, options, users);
}

/** The list of ids tells in one call who is there and what is in sight; names are asked for one by one. */
async function* readHintedDepartments(access: Access, hinted: readonly string[]): AsyncGenerator<Message> {
  const api = access.ids ?? access.details;
  const { department_id: all } = await api.get('department/simplelist', departmentIds);
  const there = new Map(all.map((department) => [String(department.id), department]));
  const gone = hinted.filter((id) => !there.has(id));
  if (gone.length > 0) yield { type: 'tombstones', kind: DEPARTMENT, externalIds: gone };
  const present = hinted.flatMap((id) => there.get(id) ?? []);
  for await (const found of inOrder(present, AT_ONCE, (one) => withName(access, one))) {
    const nameless = found.name === undefined && access.idsSuffice;
    const record = mapDepartment(found, viewOf(all, nameless));
    yield { type: 'records', kind: DEPARTMENT, records: [record] };
  }
}

async function withName(access: Access, { id, parentid, order }: WecomDepartment): Promise<WecomDepartment> {
  const bare = { id, parentid, order };
  try {
    const { department } = await access.details.get('department/get', oneDepartment, { id });
    return { ...department, ...bare };
  } catch (error) {
    // Out of the app's sight, or gone just now: another hint or the next full read tells.
    if (error instanceof WecomRightError || error instanceof WecomNotFoundError) return bare;
    throw error;
  }
}

async function* readHintedUsers(
  access: Access,
  options: WecomOptions,
  hinted: readonly string[],
): AsyncGenerator<Message> {
  const ids = access.ids ? await idsWhereNeeded(access) : null;
  const leaders = new Map<number, readonly string[]>();
  const view: UserView = {
    inactiveStatuses: options.inactiveStatuses,
    leadersOf: (id) => leaders.get(id) ?? [],
  };
  for await (const [key, found] of inOrder(hinted, AT_ONCE, (id) => findUser(access, id))) {
    if (found !== null && 'userid' in found && !found.is_leader_in_dept) await readLeaders(access, found, leaders);
    yield* userMessage(key, found, { view, ids });
  }
}

/** Contacts sync that may read details itself needs no list beside them. */
async function idsWhereNeeded(access: Access): Promise<UserIds | null> {
  if (!access.ids) return null;
  if (!access.idsSuffice) return readUserIds(access.ids);
  const noRight = (error: unknown) => error instanceof WecomRightError;
  const probe = access.details.get('department/get', oneDepartment, { id: 1 });
  return (await orNull(probe, access, noRight)) === null ? readUserIds(access.ids) : null;
}

/** `gone`: WeCom knows no such member. null: the app may not see whether there is one. */
type Found = WecomUser | { readonly gone: true } | null;

async function findUser({ details }: Access, id: string): Promise<readonly [string, Found]> {
  try {
    return [userKey(id), await details.get('user/get', wecomUser, { userid: id })];
  } catch (error) {
    if (error instanceof WecomNotFoundError) return [userKey(id), { gone: true }];
    if (error instanceof WecomRightError) return [userKey(id), null];
    throw error;
  }
}

function* userMessage(
  key: string,
  found: Found,
  { view, ids }: { view: UserView; ids: UserIds | null },
): Generator<Message> {
  const known = ids?.get(key);
  if (found !== null && 'userid' in found) {
    const record = mapUser(found, { ...view, ...(known ? { moreDepartments: known.departments } : {}) });
    yield { type: 'records', kind: USER, records: [record] };
  } else if (known) {
    yield { type: 'records', kind: USER, records: [mapUserId(known.userid, known.departments)] };
  } else if (found !== null || ids !== null) {
    yield { type: 'tombstones', kind: USER, externalIds: [key] };
  }
}

/** Where the member's own list of leads is missing, the departments have it. */
async function readLeaders(access: Access, user: WecomUser, leaders: Map<number, readonly string[]>): Promise<void> {
  for (const id of user.department ?? []) {
    if (leaders.has(id)) continue;
    const { department_leader: list } = await withName(access, { id });
    leaders.set(id, (list ?? []).map(userKey));
  }
}
