import { Badge, Card, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { SourceOverview } from '../../api/types.js';
import { Moment } from '../../ui/moment.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { StatusBadge } from '../../ui/status-badge.js';

/** How old each source's last complete sync is; null = not read yet. */
export function Freshness(props: { readonly sources: readonly SourceOverview[] | null; readonly error: Error | null }) {
  const { t } = useTranslation();
  return (
    <Card>
      <Title order={2} mb="sm">
        {t('dashboard.freshness')}
      </Title>
      {props.error && <ProblemAlert error={props.error} />}
      {!props.sources && !props.error && <Skeleton h={120} />}
      <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        {props.sources?.map((source) => (
          <Group key={source.name} component="li" justify="space-between" gap="xs">
            <div>
              <Link href={`/sources/${source.name}/tasks`} className="row-link">
                {source.title}
              </Link>
              <Text size="xs" c="dimmed">
                {source.lastCompleteAt === null ? t('sources.never') : <Moment at={source.lastCompleteAt} />}
              </Text>
            </div>
            <Last source={source} />
          </Group>
        ))}
      </Stack>
    </Card>
  );
}

function Last({ source }: { readonly source: SourceOverview }) {
  const { t } = useTranslation();
  const [last] = source.recentTasks;
  if (!source.enabled) {
    return (
      <Badge variant="light" color="gray" className="status-badge">
        {t('sources.off')}
      </Badge>
    );
  }
  return last ? <StatusBadge status={last.status} /> : null;
}
