import { Card, Group, Progress, SimpleGrid, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { TaskView } from '../../api/types.js';
import { formatNumber } from '../../i18n/format.js';
import { Moment } from '../../ui/moment.js';

const PHASES = ['pull', 'plan', 'apply'] as const;

/** The three phases, and how far the present one is. */
export function PhaseSteps({ task }: { readonly task: TaskView }) {
  const { t } = useTranslation();
  const at = PHASES.findIndex((phase) => phase === task.progress.phase);
  const waits = task.status === 'queued';
  return (
    <Card>
      <SimpleGrid cols={3} spacing="sm">
        {PHASES.map((phase, index) => (
          <div key={phase}>
            <Group gap={4} mb={4} wrap="nowrap">
              {index < at && <IconCircleCheck size={15} aria-hidden color="var(--mantine-color-teal-6)" />}
              <Text size="sm" fw={index === at ? 650 : 400} {...(index > at ? { c: 'dimmed' } : {})}>
                {t(`phase.${phase}`)}
              </Text>
            </Group>
            <Progress
              aria-label={t(`phase.${phase}`)}
              value={index < at ? 100 : index === at ? percentOf(task) : 0}
              animated={index === at && !waits}
              color={index < at ? 'teal' : waits ? 'gray' : 'blue'}
            />
          </div>
        ))}
      </SimpleGrid>
      <Text size="sm" c="dimmed" mt="sm" role="status">
        {said()}
        {task.notBefore !== null && waits && (
          <>
            {' '}
            {t('task.triesAgain')} <Moment at={task.notBefore} />
          </>
        )}
      </Text>
    </Card>
  );

  function said(): string {
    if (task.cancelRequestedAt !== null) return t('task.cancelling');
    if (waits) return t('task.waits');
    const { done, total } = task.progress;
    const so = total === null ? formatNumber(done) : `${formatNumber(done)} / ${formatNumber(total)}`;
    return `${t(`status.${task.status}`)}: ${so}`;
  }
}

function percentOf({ progress: { done, total } }: TaskView): number {
  return total === null || total === 0 ? 100 : Math.min(100, (100 * done) / total);
}
