import type { TFunction } from 'i18next';
import type { UserDetail } from '../../api/types.js';
import type { EditField, ReferenceField } from '../../ui/edit/edit-field.js';
import { personName } from '../../ui/person-name.js';

/** The fields of a person that are texts. All of them can be edited by hand. */
export function ownFields(user: UserDetail, t: TFunction): EditField[] {
  const labels = {
    username: t('person.username'),
    nickname: t('person.nickname'),
    email: t('people.email'),
    phone: t('person.phone'),
    title: t('people.title'),
  };
  const names = Object.keys(labels) as (keyof typeof labels)[];
  return names.map((name) => ({ name, label: labels[name], type: 'text', value: user[name] ?? '' }));
}

/** The manager of a person, as a field that can be edited by hand. */
export function managerField({ managerId, manager }: UserDetail, t: TFunction): ReferenceField {
  return {
    name: 'managerId',
    label: t('person.manager'),
    type: 'reference',
    kind: 'user',
    value: managerId ?? '',
    valueName: manager ? personName(manager) : '',
    none: t('edit.noManager'),
  };
}
