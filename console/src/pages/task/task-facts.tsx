import { Card, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskView } from '../../api/types.js';
import { formatNumber, formatSpan } from '../../i18n/format.js';
import { useKindName } from '../../ui/kind-name.js';
import { Moment } from '../../ui/moment.js';
import { SourceLink } from '../../ui/source-link.js';

const COLUMNS = [
  'seen',
  'created',
  'linked',
  'updated',
  'restored',
  'unchanged',
  'removed',
  'skipped',
  'failed',
  'fieldProblems',
  'waiting',
] as const;

/** When, who, how long, and the counts of every kind. */
export function TaskFacts({ task }: { readonly task: TaskView }) {
  const { t } = useTranslation();
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
      <Card>
        <SimpleGrid cols={{ base: 2, sm: 3 }} spacing="md">
          <Fact label={t('tasks.source')}>
            <SourceLink name={task.source} />
          </Fact>
          <Fact label={t('tasks.trigger')}>{t(`trigger.${task.trigger}`)}</Fact>
          <Fact label={t('task.mode')}>{t(`mode.${task.mode}`)}</Fact>
          <Fact label={t('tasks.queued')}>
            <Moment at={task.queuedAt} />
          </Fact>
          <Fact label={t('task.finished')}>
            <Moment at={task.finishedAt} />
          </Fact>
          <Fact label={t('task.took')}>{task.costMs === null ? '–' : formatSpan(task.costMs)}</Fact>
          <Fact label={t('task.attempt')}>{formatNumber(task.attempt)}</Fact>
          <Fact label={t('task.complete')}>
            <Complete task={task} />
          </Fact>
          <Fact label={t('task.requestedBy')}>
            <span className="break">{task.requestedBy ?? '–'}</span>
          </Fact>
        </SimpleGrid>
      </Card>
      <Card padding="sm">
        <Counts task={task} />
      </Card>
    </SimpleGrid>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <Stack gap={0}>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="sm" component="div">
        {children}
      </Text>
    </Stack>
  );
}

/** The kinds that were read to their proved end. */
function Complete({ task }: { readonly task: TaskView }) {
  const kindName = useKindName();
  const kinds = Object.entries(task.complete).filter(([, complete]) => complete);
  return <>{kinds.length === 0 ? '–' : kinds.map(([kind]) => kindName(kind)).join(', ')}</>;
}

function Counts({ task }: { readonly task: TaskView }) {
  const { t } = useTranslation();
  const kindName = useKindName();
  const kinds = Object.entries(task.counts);
  const shown = COLUMNS.filter((name) => name === 'seen' || kinds.some(([, counts]) => counts[name] > 0));
  return (
    <Table.ScrollContainer type="native" tabIndex={0} minWidth={280}>
      <Table aria-label={t('tasks.counts')} verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th />
            {kinds.map(([kind]) => (
              <Table.Th key={kind} ta="right" scope="col">
                {kindName(kind)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map((name) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={400}>
                {t(`count.${name}`)}
              </Table.Th>
              {kinds.map(([kind, counts]) => (
                <Table.Td key={kind} ta="right" className={counts[name] > 0 ? `count-${name}` : ''}>
                  {formatNumber(counts[name])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
