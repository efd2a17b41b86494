import { type FieldProblem, NOT_SHOWN } from '../../domain/field-problem.js';
import type { SourceRecord } from '../../domain/record.js';
import { problemsOf, withProblems } from '../../domain/invalid-fields.js';
import type { WecomDepartment } from './wecom-shapes.js';

/** What a department's record depends on beside itself. */
export interface DepartmentView {
  /** Whether a department is among those that we see. */
  readonly sees: (id: number) => boolean;
}

/**
 * Turns a department into a record. One whose parent is out of sight is a root: scoped apps see parts of the tree.
 * WeCom's bigger order comes first, ours is turned round.
 */
export function mapDepartment(department: WecomDepartment, view: DepartmentView): SourceRecord {
  const { id, name, name_en: nameEn, order } = department;
  // A department has a name: an empty one is one that the app may not see. The id stands in only where none is known.
  const record = {
    externalId: String(id),
    data: {
      title: name || String(id),
      ...parentOf(department, view),
      ...(typeof order === 'number' ? { order: 0 - order } : {}),
      ...(nameEn ? { name_en: nameEn } : {}),
    },
  };
  const odd = withProblems(record, problemsOf(department.invalidFields, FIELDS));
  return withProblems({ ...odd, ...(name ? {} : { standIns: ['title'] }) }, name ? [] : [NAME_NOT_SHOWN]);
}

const NAME_NOT_SHOWN: FieldProblem = {
  field: 'title',
  code: NOT_SHOWN,
  message: 'name: is not shown; use the secret of an app with this department in its visible range',
};

/** Fields of a department's record by WeCom's own names; `owners` are the members who lead it. */
const FIELDS = { name: 'title', parentid: 'parentUid', order: 'order', department_leader: 'owners' } as const;

const ROOT = 1;

/** A parent that can't be read, or is not given, stays as it is. */
function parentOf({ id, parentid }: WecomDepartment, { sees }: DepartmentView): { parentUid?: string | null } {
  if (typeof parentid !== 'number') return id === ROOT ? { parentUid: null } : {};
  return { parentUid: parentid !== id && sees(parentid) ? String(parentid) : null };
}
