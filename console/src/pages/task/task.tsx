import { Skeleton, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import type { TaskView } from '../../api/types.js';
import { isUnderWay, useTask } from '../../api/use-task.js';
import { PageHeader } from '../../ui/page-header.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { StatusBadge } from '../../ui/status-badge.js';
import { JobLink } from '../tasks/job-link.js';
import { TaskActions } from '../tasks/task-actions.js';
import { Changes } from './changes.js';
import { HeldPlan } from './held-plan.js';
import { PhaseSteps } from './phase-steps.js';
import { TaskFacts } from './task-facts.js';
import { TaskMessage } from './task-message.js';
import { UndoTask } from './undo-task.js';

/** One task: how it stands, why it waits or failed, and what it changes. */
export function Task() {
  const { id } = useParams<{ id: string }>();
  const task = useTask(id);
  if (task.error) return <ProblemAlert error={task.error} onRetry={() => void task.refetch()} />;
  if (task.isPending) return <Skeleton h={320} radius="md" />;
  return <Loaded task={task.data} />;
}

function Loaded({ task }: { readonly task: TaskView }) {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader
        title={t('task.title', { batch: task.batch })}
        badge={<StatusBadge status={task.status} />}
        trail={[
          { href: '/tasks', label: t('nav.tasks') },
          { href: `/sources/${task.source}/tasks`, label: task.source },
        ]}
      >
        <JobLink task={task} />
        <UndoTask task={task} />
        <TaskActions task={task} />
      </PageHeader>
      <Stack gap="md">
        {isUnderWay(task) && <PhaseSteps task={task} />}
        {task.status === 'held' && task.held && <HeldPlan task={task} held={task.held} />}
        <TaskMessage task={task} />
        <TaskFacts task={task} />
        <Changes task={task} />
      </Stack>
    </>
  );
}
