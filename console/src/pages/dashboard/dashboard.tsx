import { Alert, Card, SimpleGrid, Skeleton, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { readDashboard } from '../../api/admin.js';
import { useMovingTasks } from '../../api/live-tasks.js';
import { listSources } from '../../api/sources.js';
import { PageHeader } from '../../ui/page-header.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { FirstSteps } from '../sources/first-steps.js';
import { Freshness } from './freshness.js';
import { RecentFailures } from './recent-failures.js';
import { Tiles } from './tiles.js';
import { Workers } from './workers.js';

const DAYS = 30;

// The charts' library is read after the page stands.
const ChangesChart = lazy(async () => ({ default: (await import('./changes-chart.js')).ChangesChart }));

/** How the whole stands: what is fresh, what changed, what failed, what waits. */
export function Dashboard() {
  const { t } = useTranslation();
  useMovingTasks();
  const dashboard = useQuery({
    queryKey: ['dashboard'],
    queryFn: () => readDashboard(DAYS),
    refetchInterval: 15_000,
  });
  const sources = useQuery({
    queryKey: ['source-freshness'],
    queryFn: () => listSources(null),
    refetchInterval: 15_000,
  });
  const isNew = dashboard.data && Object.keys(dashboard.data.tasks).length === 0;
  return (
    <>
      <PageHeader title={t('nav.dashboard')} text={t('dashboard.text')} />
      {dashboard.error && <ProblemAlert error={dashboard.error} onRetry={() => void dashboard.refetch()} />}
      {isNew && <FirstSteps />}
      <Stack gap="md">
        {dashboard.data?.warnings.map(({ code, message }) => (
          <Alert key={code} color="yellow" title={t(`dashboard.warning.${code}`)}>
            {message}
          </Alert>
        ))}
        <Tiles dashboard={dashboard.data ?? null} />
        <Card>
          <Title order={2} mb="md">
            {t('dashboard.changes')}
          </Title>
          <Suspense fallback={<Skeleton h={240} />}>
            {dashboard.data ? <ChangesChart days={dashboard.data.days} /> : <Skeleton h={240} />}
          </Suspense>
        </Card>
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
          <Freshness sources={sources.data?.items ?? null} error={sources.error} />
          <Stack gap="md">
            <RecentFailures />
            <Workers queue={dashboard.data?.queue ?? null} />
          </Stack>
        </SimpleGrid>
      </Stack>
    </>
  );
}
