import { Card, SimpleGrid, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import { readUser } from '../../api/targets.js';
import type { UserDetail } from '../../api/types.js';
import { PageHeader } from '../../ui/page-header.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { LinkList } from '../../ui/link-list.js';
import { WaitingList } from '../../ui/waiting-list.js';
import { Memberships } from './memberships.js';
import { PersonActions } from './person-actions.js';
import { PersonBadges } from './person-badges.js';
import { personName } from './person-name.js';
import { PersonFields } from './person-fields.js';

/** One person: fields, departments, manager, and which source says so. */
export function Person() {
  const { t } = useTranslation();
  const { id } = useParams<{ id: string }>();
  const user = useQuery({ queryKey: ['user', id], queryFn: () => readUser(id) });
  if (user.error) return <ProblemAlert error={user.error} onRetry={() => void user.refetch()} />;
  if (user.isPending) return <Skeleton h={320} radius="md" />;
  return (
    <>
      <PageHeader
        title={personName(user.data)}
        badge={<PersonBadges user={user.data} />}
        trail={[{ href: '/people', label: t('nav.people') }]}
      >
        <PersonActions user={user.data} />
      </PageHeader>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <PersonFields user={user.data} />
        <Stack gap="md">
          <Card>
            <Title order={2} mb="sm">
              {t('nav.departments')}
            </Title>
            <Memberships user={user.data} />
          </Card>
          <WaitingList waiting={user.data.waiting} />
          <Card>
            <Title order={2} mb="sm">
              {t('links.title')}
            </Title>
            <LinkList links={user.data.links} />
          </Card>
          <Attributes user={user.data} />
        </Stack>
      </SimpleGrid>
    </>
  );
}

function Attributes({ user }: { readonly user: UserDetail }) {
  const { t } = useTranslation();
  const fields = Object.entries(user.attributes);
  if (fields.length === 0) return null;
  return (
    <Card>
      <Title order={2} mb="sm">
        {t('person.attributes')}
      </Title>
      <Table aria-label={t('person.attributes')} layout="fixed">
        <Table.Tbody>
          {fields.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={400} className="break">
                {name}
              </Table.Th>
              <Table.Td className="break">
                <Text size="sm">{typeof value === 'string' ? value : JSON.stringify(value)}</Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}
