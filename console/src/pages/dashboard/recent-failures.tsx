import { Card, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { listTasks } from '../../api/tasks.js';
import { Moment } from '../../ui/moment.js';

/** The newest failures, and what they say. */
export function RecentFailures() {
  const { t } = useTranslation();
  const failed = useQuery({
    queryKey: ['tasks', 'failed'],
    queryFn: () => listTasks({ status: 'failed' }, null, 5),
    refetchInterval: 15_000,
  });
  const tasks = failed.data?.items ?? [];
  return (
    <Card>
      <Title order={2} mb="sm">
        {t('dashboard.lastFailures')}
      </Title>
      {failed.isSuccess && tasks.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('dashboard.noFailures')}
        </Text>
      )}
      <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        {tasks.map((task) => (
          <li key={task.id}>
            <Link href={`/tasks/${task.id}`} className="row-link">
              {task.source}
            </Link>{' '}
            <Text size="xs" c="dimmed" component="span">
              <Moment at={task.queuedAt} />
            </Text>
            <Text size="sm" lineClamp={2} className="break">
              {task.error?.message}
            </Text>
          </li>
        ))}
      </Stack>
    </Card>
  );
}
