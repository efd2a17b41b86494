import { Badge, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { TaskView } from '../../api/types.js';
import { useLive } from '../../api/live-tasks.js';
import { isUnderWay } from '../../api/use-task.js';
import { formatSpan } from '../../i18n/format.js';
import { CountsLine } from '../../ui/counts-line.js';
import type { Column } from '../../ui/data-table.js';
import { Moment } from '../../ui/moment.js';
import { StatusBadge } from '../../ui/status-badge.js';
import { TaskProgress } from '../../ui/task-progress.js';
import { JobLink } from './job-link.js';
import { TaskActions } from './task-actions.js';

/** The columns of a list of tasks. */
export function useTaskColumns(withSource: boolean): readonly Column<TaskView>[] {
  const { t } = useTranslation();
  const columns: (Column<TaskView> | null)[] = [
    { id: 'batch', header: t('tasks.batch'), lead: true, cell: (task) => <Batch task={task} /> },
    withSource ? { id: 'source', header: t('tasks.source'), cell: (task) => <SourceOf task={task} /> } : null,
    { id: 'status', header: t('tasks.status'), cell: (task) => <Status task={task} /> },
    { id: 'counts', header: t('tasks.counts'), cell: (task) => <CountsLine counts={task.counts} /> },
    { id: 'when', header: t('tasks.queued'), cell: (task) => <When task={task} /> },
    {
      id: 'actions',
      header: t('common.actions'),
      align: 'right',
      foot: true,
      cell: (task) => <Deeds task={task} />,
    },
  ];
  return columns.filter((column) => column !== null);
}

function Deeds({ task }: { readonly task: TaskView }) {
  return (
    <Group gap={6} justify="flex-end" wrap="nowrap">
      <TaskActions task={task} isSmall />
      <JobLink task={task} isSmall />
    </Group>
  );
}

function Batch({ task }: { readonly task: TaskView }) {
  const { t } = useTranslation();
  return (
    <Stack gap={2}>
      <Link href={`/tasks/${task.id}`} className="row-link">
        {task.batch}
      </Link>
      <Group gap={6}>
        <Text size="xs" c="dimmed">
          {t(`trigger.${task.trigger}`)} · {t(`mode.${task.mode}`)}
        </Text>
        {task.dryRun && <DryRun />}
      </Group>
    </Stack>
  );
}

function DryRun() {
  const { t } = useTranslation();
  return (
    <Badge size="xs" variant="light" color="grape" className="status-badge">
      {t('sources.dryRun')}
    </Badge>
  );
}

function SourceOf({ task }: { readonly task: TaskView }) {
  return (
    <Link href={`/sources/${task.source}/tasks`} className="row-link">
      <Text size="sm" component="span">
        {task.source}
      </Text>
    </Link>
  );
}

function Status({ task }: { readonly task: TaskView }) {
  if (isUnderWay(task)) return <Live task={task} />;
  return (
    <Stack gap={4}>
      <StatusBadge status={task.status} />
      {task.error && (
        <Text size="xs" c="dimmed" lineClamp={2} maw={260} className="break">
          {task.error.message}
        </Text>
      )}
    </Stack>
  );
}

function Live({ task }: { readonly task: TaskView }) {
  return <TaskProgress task={useLive(task)} isCompact />;
}

function When({ task }: { readonly task: TaskView }) {
  return (
    <Stack gap={0}>
      <Text size="sm" component="span">
        <Moment at={task.queuedAt} />
      </Text>
      {task.costMs !== null && (
        <Text size="xs" c="dimmed">
          {formatSpan(task.costMs)}
        </Text>
      )}
    </Stack>
  );
}
