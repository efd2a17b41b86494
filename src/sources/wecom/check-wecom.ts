import { SyncError } from '../../domain/errors.js';
import type { CheckResult } from '../source-adapter.js';
import type { Access } from './access.js';
import { WecomRightError } from './wecom-errors.js';
import type { WecomOptions } from './wecom-options.js';
import { departmentIds, departmentList, userIds, userList, wecomUser } from './wecom-shapes.js';

/** Tries each secret with the calls that a read makes, and says what it may see or what is missing. */
export async function checkWecom(access: Access, options: WecomOptions): Promise<CheckResult> {
  try {
    const ids = access.ids ? await tryIds(access) : null;
    const details = await tryDetails(access);
    const callback = options.callback
      ? 'Callbacks are set up.'
      : 'Without callback settings changes wait for the next full read.';
    return { ok: true, hint: [details, ids, callback].filter((one) => one !== null).join(' ') };
  } catch (error) {
    if (error instanceof SyncError) return { ok: false, code: error.code, hint: error.message };
    throw error;
  }
}

async function tryIds({ ids }: Access): Promise<string> {
  await ids?.post('user/list_id', userIds, { limit: 1 });
  return 'Contacts sync may list the ids of all members.';
}

async function tryDetails(access: Access): Promise<string> {
  const { details } = access;
  try {
    const { department: list } = await details.get('department/list', departmentList);
    const known = new Set(list.map(({ id }) => id));
    const roots = list.filter(({ id, parentid }) => parentid === id || !known.has(parentid ?? 0));
    if (list[0] === undefined) return 'The app sees no department: widen its visible range.';
    const smallest = roots[0] ?? list[0];
    const { userlist } = await details.get('user/list', userList, { department_id: smallest.id });
    const scoped = known.has(1) ? 'the whole corp' : `${roots.length} parts of the corp`;
    return `${list.length} departments in sight (${scoped}).${missingFields(userlist)}`;
  } catch (error) {
    if (!access.idsSuffice || !(error instanceof WecomRightError)) throw error;
    const { department_id: all } = await details.get('department/simplelist', departmentIds);
    return `${all.length} departments, but ids only: names need the secret of a self-built app.`;
  }
}

/** Apps made since 2022-06-20 get no addresses without each member's own consent (path/96260). */
function missingFields(userlist: readonly unknown[]): string {
  const first = wecomUser.safeParse(userlist[0]);
  if (!first.success) return '';
  const missing = [
    ...(first.data.email === undefined && first.data.biz_mail === undefined ? ['e-mail addresses'] : []),
    ...(first.data.mobile === undefined ? ['phone numbers'] : []),
  ];
  return missing.length === 0 ? '' : ` It gets no ${missing.join(' and no ')}: they stay as they are.`;
}
