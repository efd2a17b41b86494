import { Anchor, Card, Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { UserDetail } from '../../api/types.js';
import { FieldRow } from '../../ui/edit/field-row.js';
import type { Supply } from '../../ui/edit/use-supply.js';
import { Moment } from '../../ui/moment.js';
import { ownFields } from './own-fields.js';
import { personName } from '../../ui/person-name.js';

/** A person's own fields, with the source that supplies each. */
export function PersonFields({ user, supply }: { readonly user: UserDetail; readonly supply: Supply }) {
  const { t } = useTranslation();
  return (
    <Card>
      <Table layout="fixed" aria-label={t('person.fields')}>
        <Table.Tbody>
          {ownFields(user, t).map(({ name, label, value }) => (
            <FieldRow key={name} label={label} name={name} supply={supply}>
              {value === '' ? null : value}
            </FieldRow>
          ))}
          <FieldRow label={t('person.manager')} name="managerId" supply={supply}>
            {user.manager && (
              <Anchor component={Link} href={`/people/${user.manager.id}`} size="sm">
                {personName(user.manager)}
              </Anchor>
            )}
          </FieldRow>
          <FieldRow label={t('person.created')}>
            <Moment at={user.createdAt} />
          </FieldRow>
          <FieldRow label={t('people.updated')}>
            <Moment at={user.updatedAt} />
          </FieldRow>
          {user.deactivatedAt !== null && (
            <FieldRow label={t('person.deactivated')}>
              <Moment at={user.deactivatedAt} />
            </FieldRow>
          )}
          {user.lockedAt !== null && (
            <FieldRow label={t('person.lockedSince')}>
              <Moment at={user.lockedAt} />
            </FieldRow>
          )}
          <FieldRow label={t('person.id')}>{user.id}</FieldRow>
        </Table.Tbody>
      </Table>
    </Card>
  );
}
