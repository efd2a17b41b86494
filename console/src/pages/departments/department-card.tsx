import { Badge, Card, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { listMembers, readDepartment } from '../../api/targets.js';
import type { DepartmentView, Member } from '../../api/types.js';
import { usePages } from '../../api/use-pages.js';
import { MoreButton } from '../../ui/more-button.js';
import { WaitingList } from '../../ui/waiting-list.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { personName } from '../../ui/person-name.js';
import { DepartmentFields } from './department-fields.js';

/** One department: its fields, which source supplies each, and who belongs to it. */
export function DepartmentCard(props: { readonly id: string; readonly onFound: (department: DepartmentView) => void }) {
  const { id, onFound } = props;
  const { t } = useTranslation();
  const department = useQuery({ queryKey: ['department', id], queryFn: () => readDepartment(id) });
  const members = usePages(['members', id], (cursor) => listMembers(id, cursor));
  const { data: found } = department;
  useEffect(() => {
    if (found) onFound(found);
  }, [found, onFound]);
  if (department.error) return <ProblemAlert error={department.error} />;
  if (department.isPending) return <Skeleton h={240} radius="md" />;
  return (
    <Stack gap="md">
      <DepartmentFields department={department.data} />
      <WaitingList waiting={department.data.waiting} />
      <Card>
        <Title order={2} mb="sm">
          {t('departments.members')}
        </Title>
        {members.error && <ProblemAlert error={members.error} />}
        {!members.isLoading && members.items.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('departments.noMembers')}
          </Text>
        )}
        <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
          {members.items.map((member) => (
            <MemberRow key={member.id} member={member} />
          ))}
        </Stack>
        <MoreButton pages={members} />
      </Card>
    </Stack>
  );
}

function MemberRow({ member }: { readonly member: Member }) {
  const { t } = useTranslation();
  return (
    <Group component="li" gap="xs">
      <Link href={`/people/${member.id}`} className="row-link">
        {personName(member)}
      </Link>
      {member.isMain && (
        <Badge size="sm" variant="light" className="status-badge">
          {t('person.main')}
        </Badge>
      )}
      {member.isOwner && (
        <Badge size="sm" variant="light" color="violet" className="status-badge">
          {t('person.owner')}
        </Badge>
      )}
      {!member.active && (
        <Badge size="sm" variant="light" color="gray" className="status-badge">
          {t('people.inactive')}
        </Badge>
      )}
      <Text size="xs" c="dimmed">
        {member.sources.map((source) => source ?? t('person.byHand')).join(', ')}
      </Text>
    </Group>
  );
}
