import type { TFunction } from 'i18next';
import type { DepartmentDetail } from '../../api/types.js';
import type { EditField, ReferenceField } from '../../ui/edit/edit-field.js';

/** The fields of a department that can be edited by hand, without custom fields. */
export function ownFields({ title, order }: DepartmentDetail, t: TFunction): EditField[] {
  return [
    { name: 'title', label: t('departments.title'), type: 'text', isRequired: true, value: title },
    { name: 'order', label: t('departments.order'), type: 'number', value: order === null ? '' : String(order) },
  ];
}

/** The parent of a department, as a field that can be edited by hand. */
export function parentField({ parentId, pathTitles }: DepartmentDetail, t: TFunction): ReferenceField {
  return {
    name: 'parentId',
    label: t('departments.parent'),
    type: 'reference',
    kind: 'department',
    value: parentId ?? '',
    valueName: parentId === null ? '' : (pathTitles.at(-2) ?? parentId),
    none: t('edit.noParent'),
  };
}
