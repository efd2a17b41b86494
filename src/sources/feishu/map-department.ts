import type { SourceRecord } from '../../domain/record.js';
import { problemsOf, withProblems } from '../../domain/invalid-fields.js';
import type { FeishuDepartment } from './feishu-shapes.js';

/** The root: never listed, and no department of ours. */
export const ROOT = '0';

/** Makes a department's record. What the app has no right to see is left out, so that it stays as it is (R3). */
export function mapDepartment(department: FeishuDepartment): SourceRecord {
  const { open_department_id: externalId, name, parent_department_id: parent, order } = department;
  const data: Record<string, unknown> = {};
  // A department has a name: an empty one is one that the app may not see.
  if (name) data['title'] = name;
  // A parent out of the app's sight is named all the same: the department is a root until the parent is seen (R20).
  if (parent !== undefined && parent !== null) data['parentUid'] = parent === ROOT || parent === '' ? null : parent;
  const place = Number(order);
  if (order !== undefined && order !== null && order !== '' && Number.isFinite(place)) data['order'] = place;
  return withProblems({ externalId, data }, problemsOf(department.invalidFields, FIELDS));
}

/** Fields of a department's record by Feishu's own names; `owners` are the people who lead it. */
const FIELDS = {
  ...{ name: 'title', parent_department_id: 'parentUid', order: 'order' },
  ...{ leaders: 'owners', leader_user_id: 'owners' },
} as const;

/**
 * Who leads a department, in the source's id type; null where the app may not see it (the right that brings parents), or
 * where one of them can't be read.
 */
export function leadersOf(department: FeishuDepartment): ReadonlySet<string> | null {
  const { leaders, leader_user_id: leader, parent_department_id: parent } = department;
  if (leaders === undefined && leader === undefined && parent === undefined) return null;
  if (department.invalidFields.some(({ key }) => key === 'leaders' || key === 'leader_user_id')) return null;
  const named = (leaders ?? []).flatMap(({ leaderID }) => leaderID ?? []);
  return new Set([...named, ...(leader === undefined || leader === null || leader === '' ? [] : [leader])]);
}
