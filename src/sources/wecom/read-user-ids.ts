import { SourceReadError } from '../../domain/errors.js';
import { type Rejected, partitionItems } from '../../domain/partition-items.js';
import type { KnownMember } from './map-user.js';
import { type MemberPlace, placeReading, userIds, userKey } from './wecom-shapes.js';
import type { WecomApi } from './wecom-api.js';

/** The members that contacts sync returns. */
export interface UserIds {
  /** By the key of the member. */
  readonly members: ReadonlyMap<string, KnownMember>;
  /** Rows without a usable id. */
  readonly rejected: readonly Rejected[];
}

const PAGE = 10_000;

/**
 * Reads the ids of all members and their departments. The rows of a member may be on different pages, so no member is
 * complete before the last one.
 * @throws SourceReadError if a page repeats
 */
export async function readUserIds(ids: WecomApi): Promise<UserIds> {
  const members = new Map<string, KnownMember>();
  const rejected: Rejected[] = [];
  const cursors = new Set<string>();
  let cursor = '';
  do {
    const page = await ids.post('user/list_id', userIds, { limit: PAGE, ...(cursor === '' ? {} : { cursor }) });
    const rows = partitionItems(page.dept_user ?? [], placeReading);
    rejected.push(...rows.rejected);
    for (const row of rows.items) {
      const key = userKey(row.userid);
      members.set(key, withPlace(members.get(key) ?? { userid: row.userid, departments: [], problems: [] }, row));
    }
    cursor = page.next_cursor ?? '';
    if (cursors.has(cursor))
      throw new SourceReadError('user/list_id repeats a cursor, so the end of the list cannot be reached.');
    cursors.add(cursor);
  } while (cursor !== '');
  return { members, rejected };
}

/** If a department cannot be read, the member stays in the departments that are known (R7). */
function withPlace(known: KnownMember, { department, invalidFields }: MemberPlace): KnownMember {
  if (typeof department === 'number') return { ...known, departments: [...known.departments, department] };
  const message = invalidFields[0]?.message ?? 'department: is missing';
  return { ...known, problems: [...known.problems, { field: 'departments', code: 'wrong_type', message }] };
}
