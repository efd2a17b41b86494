import { Button, Group, Menu } from '@mantine/core';
import { IconChevronDown, IconPlayerStop, IconRotateClockwise } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { cancelTask, retryTask } from '../../api/tasks.js';
import type { TaskView } from '../../api/types.js';
import { hasEnded } from '../../api/use-task.js';
import { useMay } from '../../app/session-context.js';
import { confirm } from '../../ui/confirm.js';
import { LazyMenu } from '../../ui/lazy-menu.js';
import { showDone, showProblem } from '../../ui/show-problem.js';

const RETRYABLE: readonly string[] = ['failed', 'partial', 'cancelled'];

/** Retry for what did not succeed, Cancel for what has not ended. */
export function TaskActions({ task, isSmall = false }: { readonly task: TaskView; readonly isSmall?: boolean }) {
  const isOperator = useMay('operator');
  if (!isOperator) return null;
  const size = isSmall ? 'xs' : 'sm';
  return (
    <Group gap={6} justify="flex-end" wrap="nowrap">
      {RETRYABLE.includes(task.status) && <Retry task={task} size={size} />}
      {!hasEnded(task) && task.cancelRequestedAt === null && <Cancel task={task} size={size} />}
    </Group>
  );
}

interface Sized {
  readonly task: TaskView;
  readonly size: 'xs' | 'sm';
}

function Retry({ task, size }: Sized) {
  const { t } = useTranslation();
  const keep = useKeep();
  const retry = useMutation({
    mutationFn: (fromStart: boolean) => retryTask(task.id, fromStart),
    onSuccess: (changed) => {
      keep(changed);
      showDone(t('tasks.retried'));
    },
    onError: showProblem,
  });
  return (
    <Group gap={1} wrap="nowrap">
      <Button
        size={size}
        variant="light"
        leftSection={<IconRotateClockwise size={15} aria-hidden />}
        loading={retry.isPending}
        onClick={() => retry.mutate(false)}
        aria-label={t('tasks.retryOf', { batch: task.batch })}
        style={{ borderTopRightRadius: 0, borderBottomRightRadius: 0 }}
      >
        {t('tasks.retry')}
      </Button>
      <LazyMenu
        target={
          <Button
            size={size}
            variant="light"
            px={6}
            aria-label={t('tasks.retryMenu', { batch: task.batch })}
            style={{ borderTopLeftRadius: 0, borderBottomLeftRadius: 0 }}
          >
            <IconChevronDown size={15} aria-hidden />
          </Button>
        }
      >
        {() => (
          <>
            <Menu.Item onClick={() => retry.mutate(false)}>{t('tasks.retryRest')}</Menu.Item>
            <Menu.Item onClick={() => retry.mutate(true)}>{t('tasks.retryStart')}</Menu.Item>
          </>
        )}
      </LazyMenu>
    </Group>
  );
}

function Cancel({ task, size }: Sized) {
  const { t } = useTranslation();
  const keep = useKeep();
  const cancel = useMutation({ mutationFn: () => cancelTask(task.id), onSuccess: keep, onError: showProblem });
  const ask = () =>
    confirm({
      title: t('tasks.cancelTitle'),
      text: t('tasks.cancelText'),
      verb: t('tasks.cancel'),
      onConfirm: () => cancel.mutate(),
    });
  return (
    <Button
      size={size}
      variant="default"
      leftSection={<IconPlayerStop size={15} aria-hidden />}
      loading={cancel.isPending}
      onClick={ask}
      aria-label={t('tasks.cancelOf', { batch: task.batch })}
    >
      {t('tasks.cancel')}
    </Button>
  );
}

/** Keeps the changed task, and has the lists read again. */
function useKeep() {
  const client = useQueryClient();
  return (task: TaskView) => {
    client.setQueryData(['task', task.id], task);
    for (const key of ['tasks', 'sources']) void client.invalidateQueries({ queryKey: [key] });
  };
}
