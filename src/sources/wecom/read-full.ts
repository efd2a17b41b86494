import { SourceReadError } from '../../domain/errors.js';
import { DEPARTMENT, USER } from '../../domain/record.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { inOrder } from '../../outbound/http-client/in-order.js';
import type { UnseenIds } from '../source-adapter.js';
import { type Access, orNull } from './find-user.js';
import { inBatches, UserSorter } from './user-sorter.js';
import { mapDepartment } from './map-department.js';
import type { UserView } from './map-user.js';
import { proveUnseen } from './prove-unseen.js';
import { readDepartments, type Tree } from './read-departments.js';
import { readUserIds } from './read-user-ids.js';
import { userKey, userList } from './wecom-shapes.js';
import { WecomNotFoundError, WecomRightError } from './classify-answer.js';
import type { WecomOptions } from './wecom-options.js';

type Message = SourceMessage<never>;

/** The number of departments whose members are requested at the same time. */
const AT_ONCE = 4;

/** Reads all members, department by department; with contacts sync, also those that the app may not see. */
export async function* readFull(
  access: Access,
  options: WecomOptions,
  unseenIds: UnseenIds | undefined,
): AsyncGenerator<Message> {
  const tree = await readDepartments(access);
  yield* departmentMessages(tree);
  const canWalk = tree.walkable !== null && (await mayListUsers(access, tree.walkable));
  const walkable = canWalk ? (tree.walkable ?? []) : [];
  const ids = access.ids && (!canWalk || !access.idsSuffice) ? await readUserIds(access.ids) : null;
  const view = userView(tree, options);
  const sorter = new UserSorter(view, ids);
  yield* sorter.rejectedIds();
  const walk = () => inOrder(walkable, AT_ONCE, (id) => membersOf(access, id));
  for await (const list of walk()) yield* sorter.messagesOf(list);
  const within = { access, view, ids, walk };
  for await (const message of proveUnseen(sorter.missedIn(new Set(walkable)), within)) yield sorter.note(message);
  yield* sorter.restOf(ids);
  if (unseenIds) yield* proveUnseen(unseenIds, within);
  const evidence = `member lists of ${walkable.length} departments${ids ? `, ${ids.members.size} ids to the last page` : ''}`;
  yield { type: 'complete', kind: USER, evidence };
}

/** Yields all departments as records, and then `complete`. */
export function* departmentMessages({
  departments,
  rejected,
  view,
}: Pick<Tree, 'departments' | 'rejected' | 'view'>): Generator<Message> {
  const records = departments.map((department) => mapDepartment(department, view));
  for (const batch of inBatches(records)) yield { type: 'records', kind: DEPARTMENT, records: batch };
  yield* rejected;
  const evidence = `${departments.length + rejected.length} departments in one list`;
  yield { type: 'complete', kind: DEPARTMENT, evidence };
}

/** The context in which the members of a full read become records. */
export function userView({ departments }: Pick<Tree, 'departments'>, { inactiveStatuses }: WecomOptions): UserView {
  const leaders = new Map(departments.map(({ id, department_leader: list }) => [id, list?.map(userKey)]));
  return { inactiveStatuses, leadersOf: (id) => leaders.get(id) };
}

/** From a new IP, contacts sync may list departments but not their members: one call determines this. */
async function mayListUsers(access: Access, [first]: readonly string[]): Promise<boolean> {
  if (!access.idsSuffice || first === undefined) return true;
  const noRight = (error: unknown) => error instanceof WecomRightError;
  return (await orNull(membersOf(access, first), access, noRight)) !== null;
}

/**
 * If a department is deleted during the read, its members may have moved to a department that was already read: the
 * read starts again.
 */
async function membersOf({ details }: Access, id: string): Promise<readonly unknown[]> {
  try {
    return (await details.get('user/list', userList, { department_id: id })).userlist ?? [];
  } catch (cause) {
    if (!(cause instanceof WecomNotFoundError)) throw cause;
    throw new SourceReadError(`Department ${id} was deleted during the read.`, { cause });
  }
}
