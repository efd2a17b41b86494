import type { SourceRecord } from '../../domain/record.js';
import type { DingtalkDepartment } from './dingtalk-shapes.js';

/** The root: the company itself. It is a department of ours, so that its people have a place. */
export const ROOT = '1';

/**
 * Makes a department's record. Its order is left out where full syncs don't ask for it, so that it stays as it is (R3).
 */
export function mapDepartment(
  department: DingtalkDepartment,
  { details }: { readonly details: boolean },
): SourceRecord {
  const { dept_id: externalId, name, parent_id: parent, order } = department;
  const data: Record<string, unknown> = {};
  if (name !== undefined && name !== null) data['title'] = name;
  // A parent out of the app's sight is named all the same: the department is a root until the parent is seen (R20).
  data['parentUid'] = externalId === ROOT ? null : (parent ?? null);
  if (details && order !== undefined && order !== null) data['order'] = order;
  return { externalId, data };
}
