import { Card, SimpleGrid, Skeleton, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import type { EditTarget } from '../../api/edit.js';
import { readUser } from '../../api/targets.js';
import type { UserDetail } from '../../api/types.js';
import { CustomFields } from '../../ui/edit/custom-fields.js';
import { EditButton } from '../../ui/edit/edit-button.js';
import { editCustomFields } from '../../ui/edit/list-custom-fields.js';
import { useSupply } from '../../ui/edit/use-supply.js';
import { PageHeader } from '../../ui/page-header.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { LinkList } from '../../ui/link-list.js';
import { WaitingList } from '../../ui/waiting-list.js';
import { Memberships } from './memberships.js';
import { managerField, ownFields } from './own-fields.js';
import { PersonActions } from './person-actions.js';
import { PersonBadges } from './person-badges.js';
import { personName } from '../../ui/person-name.js';
import { PersonFields } from './person-fields.js';

/** One person: fields, departments, manager, and which source says so. */
export function Person() {
  const { id } = useParams<{ id: string }>();
  const user = useQuery({ queryKey: ['user', id], queryFn: () => readUser(id) });
  if (user.error) return <ProblemAlert error={user.error} onRetry={() => void user.refetch()} />;
  if (user.isPending) return <Skeleton h={320} radius="md" />;
  return <Shown user={user.data} />;
}

function Shown({ user }: { readonly user: UserDetail }) {
  const { t } = useTranslation();
  const target: EditTarget = { kind: 'user', id: user.id };
  const supply = useSupply(target, user.suppliedBy);
  return (
    <>
      <PageHeader
        title={personName(user)}
        badge={<PersonBadges user={user} />}
        trail={[{ href: '/people', label: t('nav.people') }]}
      >
        <EditButton
          target={target}
          name={personName(user)}
          fields={[...ownFields(user, t), managerField(user, t), ...editCustomFields(user.attributes, user.suppliedBy)]}
          suppliers={user.suppliedBy}
        />
        <PersonActions user={user} />
      </PageHeader>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <PersonFields user={user} supply={supply} />
        <Stack gap="md">
          <Card>
            <Title order={2} mb="sm">
              {t('nav.departments')}
            </Title>
            <Memberships user={user} />
          </Card>
          <WaitingList waiting={user.waiting} />
          <Card>
            <Title order={2} mb="sm">
              {t('links.title')}
            </Title>
            <LinkList links={user.links} />
          </Card>
          <CustomFields attributes={user.attributes} supply={supply} />
        </Stack>
      </SimpleGrid>
    </>
  );
}
