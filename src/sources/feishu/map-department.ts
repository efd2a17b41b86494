import type { SourceRecord } from '../../domain/record.js';
import { problemsOf, withProblems } from '../../domain/invalid-fields.js';
import type { FeishuDepartment } from './feishu-shapes.js';

/** The root: it is in no list, and does not become a department. */
export const ROOT = '0';

/** Makes the record of a department. Fields that the app may not see are left out and stay unchanged (R3). */
export function mapDepartment(department: FeishuDepartment): SourceRecord {
  const { open_department_id: externalId, name, parent_department_id: parent, order } = department;
  const data: Record<string, unknown> = {};
  // Each department has a name: an empty one is not visible to the app.
  if (name) data['title'] = name;
  // A parent that the app cannot see is named too: the department is a root until the parent is read (R20).
  if (parent !== undefined && parent !== null) data['parentUid'] = parent === ROOT || parent === '' ? null : parent;
  const place = Number(order);
  if (order !== undefined && order !== null && order !== '' && Number.isFinite(place)) data['order'] = place;
  return withProblems({ externalId, data }, problemsOf(department.invalidFields, FIELDS));
}

/** The fields of a department by Feishu's names; `owners` are the people who lead it. */
const FIELDS = {
  ...{ name: 'title', parent_department_id: 'parentUid', order: 'order' },
  ...{ leaders: 'owners', leader_user_id: 'owners' },
} as const;

/**
 * The leaders of a department, in the id type of the source; null if the app may not see them (the permission for
 * parents) or one of them cannot be read.
 */
export function leadersOf(department: FeishuDepartment): ReadonlySet<string> | null {
  const { leaders, leader_user_id: leader, parent_department_id: parent } = department;
  if (leaders === undefined && leader === undefined && parent === undefined) return null;
  if (department.invalidFields.some(({ key }) => key === 'leaders' || key === 'leader_user_id')) return null;
  const named = (leaders ?? []).flatMap(({ leaderID }) => leaderID ?? []);
  return new Set([...named, ...(leader === undefined || leader === null || leader === '' ? [] : [leader])]);
}
