import { SyncError } from '../../domain/errors.js';
import type { CheckResult } from '../source-adapter.js';
import type { Access } from './find-user.js';
import { listIds, listNamed } from './read-departments.js';
import type { WecomApi } from './wecom-api.js';
import { WecomRightError } from './classify-answer.js';
import type { WecomOptions } from './wecom-options.js';
import { userIds, userList, type WecomDepartment, wecomUser } from './wecom-shapes.js';

/** Tests each secret with the calls that a read makes, and reports what it may read or what is missing. */
export async function checkWecom(access: Access, options: WecomOptions): Promise<CheckResult> {
  try {
    const ids = access.ids ? await tryIds(access) : null;
    const details = await tryDetails(access);
    const callback = options.callback
      ? 'Callbacks are configured.'
      : 'Without callback settings, the next full read finds changes.';
    return { ok: true, hint: [details, ids, callback].filter((one) => one !== null).join(' ') };
  } catch (error) {
    if (error instanceof SyncError) return { ok: false, code: error.code, hint: error.message };
    throw error;
  }
}

async function tryIds({ ids }: Access): Promise<string> {
  await ids?.post('user/list_id', userIds, { limit: 1 });
  return 'Contacts sync can list the ids of all members.';
}

async function tryDetails(access: Access): Promise<string> {
  const { details } = access;
  try {
    const { items: list } = await listNamed(details);
    const known = new Set(list.map(({ id }) => id));
    const roots = list.filter(({ id, parentid }) => parentid === id || !known.has(parentid ?? 0));
    if (list[0] === undefined) return 'The app has access to no department: extend its visible range.';
    const smallest = roots[0] ?? list[0];
    const userlist = await membersNear(details, [smallest, ...list.filter((one) => one !== smallest)]);
    const scoped = known.has(1) ? 'the whole corp' : `${roots.length} parts of the corp`;
    return `${list.length} departments in the visible range (${scoped}).${missingFields(userlist)}`;
  } catch (error) {
    if (!access.idsSuffice || !(error instanceof WecomRightError)) throw error;
    const { items: all } = await listIds(details);
    return `${all.length} departments, but ids only: names need the secret of a self-built app.`;
  }
}

/** The largest number of departments in which a member is searched. */
const MAX_LOOKS = 5;

/** The members of the first of these departments that has any: the root often has no members of its own. */
async function membersNear(api: WecomApi, departments: readonly WecomDepartment[]): Promise<readonly unknown[]> {
  for (const { id } of departments.slice(0, MAX_LOOKS)) {
    const { userlist } = await api.get('user/list', userList, { department_id: id });
    if (userlist?.length) return userlist;
  }
  return [];
}

/** Apps created since 2022-06-20 receive no addresses without the consent of each member (path/96260). */
function missingFields(userlist: readonly unknown[]): string {
  const first = wecomUser.safeParse(userlist[0]);
  if (!first.success) return '';
  const missing = [
    ...(first.data.email === undefined && first.data.biz_mail === undefined ? ['e-mail addresses'] : []),
    ...(first.data.mobile === undefined ? ['phone numbers'] : []),
  ];
  return missing.length === 0 ? '' : ` It receives no ${missing.join(' and no ')}: these fields stay unchanged.`;
}
