import { type FieldProblem, NOT_SHOWN } from '../../domain/field-problem.js';
import type { SourceRecord } from '../../domain/record.js';
import { problemsOf, withProblems } from '../../domain/invalid-fields.js';
import type { WecomDepartment } from './wecom-shapes.js';

/** The context of a department that its record depends on. */
export interface DepartmentView {
  /** Whether a department is visible. */
  readonly sees: (id: number) => boolean;
}

/**
 * Makes a record from a department. A department whose parent is not visible is a root: apps with a limited range see
 * parts of the tree. In WeCom the larger order comes first, so the sign of the order is changed.
 */
export function mapDepartment(department: WecomDepartment, view: DepartmentView): SourceRecord {
  const { id, name, name_en: nameEn, order } = department;
  // Each department has a name: an empty one is not visible to the app. The id is used as the title only if no title is
  // known.
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

/** The fields of a department by WeCom's names; `owners` are the members who lead it. */
const FIELDS = { name: 'title', parentid: 'parentUid', order: 'order', department_leader: 'owners' } as const;

const ROOT = 1;

/** A parent that cannot be read, or is not returned, stays unchanged. */
function parentOf({ id, parentid }: WecomDepartment, { sees }: DepartmentView): { parentUid?: string | null } {
  if (typeof parentid !== 'number') return id === ROOT ? { parentUid: null } : {};
  return { parentUid: parentid !== id && sees(parentid) ? String(parentid) : null };
}
