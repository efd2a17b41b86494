import { Anchor, Card, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { UserDetail } from '../../api/types.js';
import { Moment } from '../../ui/moment.js';
import { personName } from './person-name.js';

/** A person's own fields. */
export function PersonFields({ user }: { readonly user: UserDetail }) {
  const { t } = useTranslation();
  return (
    <Card>
      <Table layout="fixed" aria-label={t('person.fields')}>
        <Table.Tbody>
          <Field label={t('person.username')}>{user.username}</Field>
          <Field label={t('person.nickname')}>{user.nickname}</Field>
          <Field label={t('people.email')}>{user.email}</Field>
          <Field label={t('person.phone')}>{user.phone}</Field>
          <Field label={t('people.title')}>{user.title}</Field>
          <Field label={t('person.manager')}>
            {user.manager && (
              <Anchor component={Link} href={`/people/${user.manager.id}`} size="sm">
                {personName(user.manager)}
              </Anchor>
            )}
          </Field>
          <Field label={t('person.created')}>
            <Moment at={user.createdAt} />
          </Field>
          <Field label={t('people.updated')}>
            <Moment at={user.updatedAt} />
          </Field>
          {user.deactivatedAt !== null && (
            <Field label={t('person.deactivated')}>
              <Moment at={user.deactivatedAt} />
            </Field>
          )}
          {user.lockedAt !== null && (
            <Field label={t('person.lockedSince')}>
              <Moment at={user.lockedAt} />
            </Field>
          )}
          <Field label={t('person.id')}>{user.id}</Field>
        </Table.Tbody>
      </Table>
    </Card>
  );
}

function Field({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" w="38%" fw={400}>
        <Text size="sm" c="dimmed">
          {label}
        </Text>
      </Table.Th>
      <Table.Td className="break">
        <Text size="sm" component="div">
          {children ?? '–'}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}
