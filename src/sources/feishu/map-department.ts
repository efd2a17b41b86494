import type { SourceRecord } from '../../domain/record.js';
import type { FeishuDepartment } from './feishu-shapes.js';

/** The root: never listed, and no department of ours. */
export const ROOT = '0';

/** Makes a department's record. What the app has no right to see is left out, so that it stays as it is (R3). */
export function mapDepartment(department: FeishuDepartment): SourceRecord {
  const { open_department_id: externalId, name, parent_department_id: parent, order } = department;
  const data: Record<string, unknown> = {};
  if (name !== undefined && name !== null) data['title'] = name;
  // A parent out of the app's sight is named all the same: the department is a root until the parent is seen (R20).
  if (parent !== undefined && parent !== null) data['parentUid'] = parent === ROOT || parent === '' ? null : parent;
  const place = Number(order);
  if (order !== undefined && order !== null && order !== '' && Number.isFinite(place)) data['order'] = place;
  return { externalId, data };
}

/** Who leads a department, in the source's id type. */
export function leadersOf({ leaders, leader_user_id: leader }: FeishuDepartment): ReadonlySet<string> {
  const named = (leaders ?? []).flatMap(({ leaderID }) => leaderID ?? []);
  return new Set([...named, ...(leader === undefined || leader === null || leader === '' ? [] : [leader])]);
}
