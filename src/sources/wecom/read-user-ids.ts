import { SourceReadError } from '../../domain/errors.js';
import { userKey } from './map-user.js';
import type { WecomApi } from './wecom-api.js';
import { userIds } from './wecom-shapes.js';

/** Whom contacts sync knows: the departments of each member, by the member's key. */
export type UserIds = ReadonlyMap<string, { readonly userid: string; readonly departments: readonly number[] }>;

const PAGE = 10_000;

/**
 * Reads the ids of all members and where they are. A member's rows may stand on different pages, so nobody is whole
 * before the last one.
 * @throws SourceReadError when the pages go round in a circle
 */
export async function readUserIds(ids: WecomApi): Promise<UserIds> {
  const found = new Map<string, { userid: string; departments: number[] }>();
  const cursors = new Set<string>();
  let cursor = '';
  do {
    const page = await ids.post('user/list_id', userIds, { limit: PAGE, ...(cursor === '' ? {} : { cursor }) });
    for (const { userid, department } of page.dept_user) {
      const known = found.get(userKey(userid)) ?? { userid, departments: [] };
      known.departments.push(department);
      found.set(userKey(userid), known);
    }
    cursor = page.next_cursor ?? '';
    if (cursors.has(cursor)) throw new SourceReadError('user/list_id repeats a cursor: the list has no end.');
    cursors.add(cursor);
  } while (cursor !== '');
  return found;
}
