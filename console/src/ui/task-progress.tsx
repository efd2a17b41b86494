import { Group, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TaskStatus } from '../api/types.js';
import { formatNumber } from '../i18n/format.js';

/** What a bar needs to know of a task. */
export interface ProgressOf {
  readonly status: TaskStatus;
  readonly progress: { readonly phase: string | null; readonly done: number; readonly total: number | null };
}

/** How far a task is in its phase; without a total it only says how much. */
export function TaskProgress({ task, isCompact = false }: { readonly task: ProgressOf; readonly isCompact?: boolean }) {
  const { t } = useTranslation();
  const { done, total } = task.progress;
  const percent = total === null || total === 0 ? null : Math.min(100, Math.round((100 * done) / total));
  const label = t(`status.${task.status}`);
  return (
    <Stack gap={4} miw={isCompact ? 110 : 200}>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="xs" fw={600} component="span">
          {label}
        </Text>
        <Text size="xs" c="dimmed" component="span">
          {percent === null ? done > 0 && formatNumber(done) : `${percent} %`}
        </Text>
      </Group>
      <Progress
        size="sm"
        radius="xl"
        value={percent ?? 100}
        animated={percent === null && task.status !== 'queued'}
        color={task.status === 'queued' ? 'gray.5' : 'blue'}
        aria-label={label}
      />
    </Stack>
  );
}
