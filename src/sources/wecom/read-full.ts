import { SourceReadError } from '../../domain/errors.js';
import { DEPARTMENT, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { inOrder } from '../../platform/http-client/in-order.js';
import { type Access, orNull } from './access.js';
import { inBatches } from './in-batches.js';
import { mapDepartment } from './map-department.js';
import { type UserView, userKey } from './map-user.js';
import { readDepartments, type Tree } from './read-departments.js';
import { readUserIds } from './read-user-ids.js';
import { UserSorter } from './user-sorter.js';
import { WecomNotFoundError, WecomRightError } from './wecom-errors.js';
import type { WecomOptions } from './wecom-options.js';
import { userList } from './wecom-shapes.js';

type Message = SourceMessage<never>;

/** Departments asked for their members at once. */
const AT_ONCE = 4;

/** Reads everybody, department by department; with contacts sync also those whom the app may not see. */
export async function* readFull(access: Access, options: WecomOptions): AsyncGenerator<Message> {
  const tree = await readDepartments(access);
  yield* departmentMessages(tree);
  const canWalk = tree.walkable !== null && (await mayListUsers(access, tree.walkable));
  const walkable = canWalk ? (tree.walkable ?? []) : [];
  const ids = access.ids && (!canWalk || !access.idsSuffice) ? await readUserIds(access.ids) : null;
  const sorter = new UserSorter(userView(tree, options), ids);
  for await (const list of inOrder(walkable, AT_ONCE, (id) => membersOf(access, id))) {
    yield* sorter.messagesOf(list);
  }
  yield* sorter.restOf(ids);
  const evidence = `member lists of ${walkable.length} departments${ids ? `, ${ids.size} ids to the last page` : ''}`;
  yield { type: 'complete', kind: USER, evidence };
}

/** All departments as records, and that these are all. */
export function* departmentMessages({ departments, view }: Pick<Tree, 'departments' | 'view'>): Generator<Message> {
  const records = departments.map((department) => mapDepartment(department, view));
  for (const batch of inBatches(records)) yield { type: 'records', kind: DEPARTMENT, records: batch };
  yield { type: 'complete', kind: DEPARTMENT, evidence: `${departments.length} departments in one list` };
}

/** How the members of a full read become records. */
export function userView({ departments }: Pick<Tree, 'departments'>, { inactiveStatuses }: WecomOptions): UserView {
  const leaders = new Map(departments.map(({ id, department_leader: list }) => [id, (list ?? []).map(userKey)]));
  return { inactiveStatuses, leadersOf: (id) => leaders.get(id) ?? [] };
}

/** New IPs may see the departments of contacts sync, but not their members: one call tells. */
async function mayListUsers(access: Access, [first]: readonly number[]): Promise<boolean> {
  if (!access.idsSuffice || first === undefined) return true;
  const noRight = (error: unknown) => error instanceof WecomRightError;
  return (await orNull(membersOf(access, first), access, noRight)) !== null;
}

/** A department that goes while we read takes its members somewhere where we may have been already: read again. */
async function membersOf({ details }: Access, id: number): Promise<readonly unknown[]> {
  try {
    return (await details.get('user/list', userList, { department_id: id })).userlist;
  } catch (cause) {
    if (!(cause instanceof WecomNotFoundError)) throw cause;
    throw new SourceReadError(`Department ${id} went while it was read.`, { cause });
  }
}
