import { Badge, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { listWorkers, type WorkerView } from '../../api/admin.js';
import type { Dashboard } from '../../api/types.js';
import { formatNumber } from '../../i18n/format.js';
import { Moment } from '../../ui/moment.js';
import { ProblemAlert } from '../../ui/problem-alert.js';

/** Which workers are alive, and how many jobs wait for them; `queue` null = not known. */
export function Workers({ queue }: { readonly queue: Dashboard['queue'] }) {
  const { t } = useTranslation();
  const workers = useQuery({ queryKey: ['workers'], queryFn: listWorkers, refetchInterval: 10_000 });
  const waiting = ['waiting', 'prioritized', 'delayed'].reduce((sum, state) => sum + (queue?.[state] ?? 0), 0);
  return (
    <Card>
      <Group justify="space-between" mb="sm">
        <Title order={2}>{t('dashboard.workers')}</Title>
        <Text size="sm" c="dimmed">
          {queue === null ? t('dashboard.queueUnknown') : t('dashboard.queue', { number: formatNumber(waiting) })}
        </Text>
      </Group>
      {workers.error && <ProblemAlert error={workers.error} />}
      {workers.data?.length === 0 && <Text size="sm">{t('dashboard.noWorkers')}</Text>}
      <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        {workers.data?.map((worker) => (
          <Row key={worker.name} worker={worker} />
        ))}
      </Stack>
    </Card>
  );
}

function Row({ worker }: { readonly worker: WorkerView }) {
  const { t } = useTranslation();
  return (
    <Group component="li" justify="space-between" gap="xs">
      <Text size="sm" className="break">
        {worker.name}
      </Text>
      <Group gap="xs">
        <Text size="xs" c="dimmed">
          {t('dashboard.running', { running: worker.running, of: worker.concurrency })}
        </Text>
        <Badge variant="light" color={worker.alive ? 'teal' : 'red'} className="status-badge">
          {worker.alive ? t('dashboard.alive') : t('dashboard.gone')}
        </Badge>
        {!worker.alive && (
          <Text size="xs" c="dimmed" component="span">
            <Moment at={worker.seenAt} />
          </Text>
        )}
      </Group>
    </Group>
  );
}
