import { DEPARTMENT, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { inOrder } from '../../outbound/http-client/in-order.js';
import { HINT_UNREADABLE, type Hint } from '../source-adapter.js';
import { type Access, findUser, type FoundUser, orNull } from './find-user.js';
import { mapDepartment } from './map-department.js';
import { mapKnown, mapUser, type UserView } from './map-user.js';
import { idsOf, joinDepartment, listIds, viewOf } from './read-departments.js';
import { readUserIds, type UserIds } from './read-user-ids.js';
import { oneDepartment, userKey, type WecomDepartment, type WecomUser } from './wecom-shapes.js';
import { WecomApiError, WecomRightError, WecomShapeError } from './classify-answer.js';
import type { WecomOptions } from './wecom-options.js';

type Message = SourceMessage<never>;

const AT_ONCE = 4;

/** Reads again the objects that callbacks named: departments first, because members may be in new ones. */
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

/** One call for the list of ids shows which departments exist and are visible; names are requested one by one. */
async function* readHintedDepartments(access: Access, hinted: readonly string[]): AsyncGenerator<Message> {
  const { items: all, rejected } = await listIds(access.ids ?? access.details);
  const there = new Map(all.map((department) => [String(department.id), department]));
  const odd = new Set(idsOf(rejected));
  yield* rejected.filter(({ externalId }) => externalId !== null && hinted.includes(externalId));
  // A row without an id may be any of them.
  const isWhole = rejected.every(({ externalId }) => externalId !== null);
  const gone = hinted.filter((id) => !there.has(id) && !odd.has(id));
  if (gone.length > 0 && isWhole) yield { type: 'tombstones', kind: DEPARTMENT, externalIds: gone };
  const present = hinted.flatMap((id) => there.get(id) ?? []);
  for await (const found of inOrder(present, AT_ONCE, (one) => withName(access, one))) {
    const record = mapDepartment(found, viewOf(all, rejected));
    yield { type: 'records', kind: DEPARTMENT, records: [record] };
  }
}

async function withName(access: Access, listed: WecomDepartment): Promise<WecomDepartment> {
  try {
    const { department } = await access.details.get('department/get', oneDepartment, { id: listed.id });
    return joinDepartment(department, listed);
  } catch (error) {
    // Not visible, just deleted, or unreadable: another hint or the next full read determines which.
    const isOfThisOne = error instanceof WecomRightError || error instanceof WecomApiError;
    if (isOfThisOne || error instanceof WecomShapeError) return listed;
    throw error;
  }
}

async function* readHintedUsers(
  access: Access,
  options: WecomOptions,
  hinted: readonly string[],
): AsyncGenerator<Message> {
  const ids = access.ids ? await idsWhereNeeded(access) : null;
  const leaders = new Map<number, readonly string[] | undefined>();
  const view: UserView = {
    inactiveStatuses: options.inactiveStatuses,
    leadersOf: (id) => leaders.get(id),
  };
  const look = async (id: string) => [userKey(id), await findUser(access, id)] as const;
  for await (const [key, found] of inOrder(hinted, AT_ONCE, look)) {
    if (found.is === 'there' && !found.user.is_leader_in_dept) await readLeaders(access, found.user, leaders);
    yield* userMessage(key, found, { view, ids });
  }
}

/** If contacts sync may read details, the separate list of ids is not needed. */
async function idsWhereNeeded(access: Access): Promise<UserIds | null> {
  if (!access.ids) return null;
  if (!access.idsSuffice) return readUserIds(access.ids);
  const noRight = (error: unknown) => error instanceof WecomRightError;
  const probe = access.details.get('department/get', oneDepartment, { id: 1 });
  return (await orNull(probe, access, noRight)) === null ? readUserIds(access.ids) : null;
}

function* userMessage(
  key: string,
  found: FoundUser,
  { view, ids }: { view: UserView; ids: UserIds | null },
): Generator<Message> {
  const known = ids?.members.get(key);
  const isOdd = ids?.rejected.some(({ externalId }) => externalId === key || externalId === null) ?? false;
  if (found.is === 'unreadable') {
    yield { type: 'rejected', kind: USER, externalId: key, code: HINT_UNREADABLE, reason: found.reason };
  } else if (found.is === 'there') {
    yield { type: 'records', kind: USER, records: [mapUser(found.user, { ...view, known })] };
  } else if (known) {
    yield { type: 'records', kind: USER, records: [mapKnown(known)] };
  } else if (found.is === 'gone' || (ids !== null && !isOdd)) {
    yield { type: 'tombstones', kind: USER, externalIds: [key] };
  }
}

/** If the member's own list of departments that they lead is missing, the departments contain it. */
async function readLeaders(
  access: Access,
  user: WecomUser,
  leaders: Map<number, readonly string[] | undefined>,
): Promise<void> {
  for (const id of user.department ?? []) {
    if (id === null || leaders.has(id)) continue;
    const { department_leader: list } = await withName(access, { id, invalidFields: [] });
    leaders.set(id, list?.map(userKey));
  }
}
