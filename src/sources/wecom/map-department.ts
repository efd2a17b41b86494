import type { SourceRecord } from '../../domain/record.js';
import type { WecomDepartment } from './wecom-shapes.js';

/** What a department's record depends on beside itself. */
export interface DepartmentView {
  /** Whether a department is among those that we see. */
  readonly sees: (id: number) => boolean;
  /** Stands for the name where only ids are to be had; absent: the title is left as it is. */
  readonly titleOf?: (id: number) => string;
}

/**
 * Turns a department into a record. One whose parent is out of sight is a root: scoped apps see parts of the tree.
 * WeCom's bigger order comes first, ours is turned round.
 */
export function mapDepartment(department: WecomDepartment, view: DepartmentView): SourceRecord {
  const { id, name, name_en: nameEn, order } = department;
  const title = name ?? view.titleOf?.(id);
  return {
    externalId: String(id),
    data: {
      ...(title === undefined ? {} : { title }),
      parentUid: parentOf(department, view),
      ...(typeof order === 'number' ? { order: 0 - order } : {}),
      ...(nameEn ? { name_en: nameEn } : {}),
    },
  };
}

function parentOf({ id, parentid }: WecomDepartment, { sees }: DepartmentView): string | null {
  return typeof parentid === 'number' && parentid !== id && sees(parentid) ? String(parentid) : null;
}
