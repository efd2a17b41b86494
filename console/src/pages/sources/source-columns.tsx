import { Anchor, Badge, Group, Stack, Text } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useLive } from '../../api/live-tasks.js';
import type { LinkCount, RecentTask, SourceOverview } from '../../api/types.js';
import { isUnderWay } from '../../api/use-task.js';
import { formatNumber, formatShortTime } from '../../i18n/format.js';
import type { Column } from '../../ui/data-table.js';
import { Moment } from '../../ui/moment.js';
import { TaskProgress } from '../../ui/task-progress.js';
import { EnabledSwitch } from './enabled-switch.js';
import { RunBars } from './run-bars.js';
import { SourceActions } from './source-actions.js';

/** The columns of the list of sources; `links` null = not counted yet. */
export function useSourceColumns(links: readonly LinkCount[] | null): readonly Column<SourceOverview>[] {
  const { t } = useTranslation();
  return [
    { id: 'name', header: t('sources.name'), lead: true, cell: (source) => <Named source={source} /> },
    { id: 'enabled', header: t('sources.enabled'), cell: (source) => <EnabledSwitch source={source} /> },
    { id: 'last', header: t('sources.lastComplete'), cell: (source) => <LastSync source={source} /> },
    { id: 'next', header: t('sources.next'), cell: (source) => <NextSync source={source} /> },
    { id: 'links', header: t('sources.linked'), cell: (source) => <Linked name={source.name} links={links} /> },
    { id: 'runs', header: t('sources.recent'), cell: (source) => <RunBars tasks={source.recentTasks} /> },
    {
      id: 'actions',
      header: t('common.actions'),
      align: 'right',
      foot: true,
      cell: (source) => <SourceActions source={source} />,
    },
  ];
}

function Named({ source }: { readonly source: SourceOverview }) {
  const { t } = useTranslation();
  return (
    <Stack gap={2}>
      <Group gap="xs">
        <Link href={`/sources/${source.name}/tasks`} className="row-link">
          {source.title}
        </Link>
        {source.deletion !== null && (
          <Badge
            component={Link}
            href={`/tasks/${source.deletion.taskId}`}
            color="red"
            variant="light"
            className="status-badge"
            style={{ cursor: 'pointer' }}
            styles={{ label: { textTransform: 'none' } }}
          >
            {t('sources.beingDeleted')}
          </Badge>
        )}
        {source.heldTaskId !== null && (
          <Badge
            component={Link}
            href={`/tasks/${source.heldTaskId}`}
            color="orange"
            variant="light"
            className="status-badge"
            leftSection={<IconHandStop size={12} aria-hidden />}
            style={{ cursor: 'pointer' }}
            styles={{ label: { textTransform: 'none' } }}
          >
            {t('status.held')}
          </Badge>
        )}
      </Group>
      <Text size="xs" c="dimmed" className="break">
        {source.name} · {source.type}
      </Text>
    </Stack>
  );
}

function LastSync({ source }: { readonly source: SourceOverview }) {
  const { t } = useTranslation();
  const busy = source.recentTasks.find(isUnderWay);
  if (busy) return <Busy task={busy} />;
  if (source.lastCompleteAt === null) {
    return (
      <Text size="sm" c="dimmed">
        {t('sources.never')}
      </Text>
    );
  }
  return (
    <Stack gap={0}>
      <Text size="sm" component="span">
        <Moment at={source.lastCompleteAt} />
      </Text>
      <Text size="xs" c="dimmed" component="span">
        {formatShortTime(source.lastCompleteAt)}
      </Text>
    </Stack>
  );
}

function Busy({ task }: { readonly task: RecentTask }) {
  return (
    <Anchor component={Link} href={`/tasks/${task.id}`} underline="never" c="inherit">
      <TaskProgress task={useLive(task)} isCompact />
    </Anchor>
  );
}

function NextSync({ source }: { readonly source: SourceOverview }) {
  const { t } = useTranslation();
  if (!source.nextSync) {
    return (
      <Text size="sm" c="dimmed">
        {t('sources.noSchedule')}
      </Text>
    );
  }
  return (
    <Text size="sm" component="span">
      <Moment at={source.nextSync.at} />{' '}
      <Text span size="xs" c="dimmed">
        {t(`mode.${source.nextSync.mode}`)}
      </Text>
    </Text>
  );
}

function Linked({ name, links }: { readonly name: string; readonly links: readonly LinkCount[] | null }) {
  const { t } = useTranslation();
  if (links === null) return <span aria-hidden>…</span>;
  const of = (kind: string) => links.find((one) => one.source === name && one.kind === kind)?.count ?? 0;
  return (
    <Stack gap={0}>
      <Text size="sm">{t('sources.people', { count: of('user'), number: formatNumber(of('user')) })}</Text>
      <Text size="xs" c="dimmed">
        {t('sources.departments', { count: of('department'), number: formatNumber(of('department')) })}
      </Text>
    </Stack>
  );
}
