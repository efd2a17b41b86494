import { Group, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams, useSearchParams } from 'wouter';
import { readSource } from '../../api/sources.js';
import { useMovingTasks } from '../../api/live-tasks.js';
import { listTasks, type TaskFilter } from '../../api/tasks.js';
import { usePages } from '../../api/use-pages.js';
import { useMay } from '../../app/session-context.js';
import { DataTable } from '../../ui/data-table.js';
import { EmptyState } from '../../ui/empty-state.js';
import { MoreButton } from '../../ui/more-button.js';
import { PageHeader } from '../../ui/page-header.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { SyncButton } from '../sources/sync-button.js';
import { useTaskColumns } from './task-columns.js';

const STATUSES = [
  'queued',
  'pulling',
  'planning',
  'held',
  'applying',
  'succeeded',
  'partial',
  'failed',
  'cancelled',
] as const;
const TRIGGERS = ['manual', 'schedule', 'push', 'undo', 'recheck'] as const;
/** Events tell what moves; what they missed while the connection was gone is seen after this long. */
const READ_AGAIN_MS = 15_000;

/** The tasks of all sources, or of the one in the address. */
export function Tasks() {
  const { t } = useTranslation();
  const { name } = useParams<{ name?: string }>();
  const [search, setSearch] = useSearchParams();
  const filter = filterOf(name, search);
  useMovingTasks();
  const pages = usePages(
    ['tasks', filter],
    (cursor) => listTasks(filter, cursor),
    () => READ_AGAIN_MS,
  );
  const columns = useTaskColumns(name === undefined);
  const choose = (field: 'status' | 'trigger') => (value: string | null) =>
    setSearch((before) => {
      if (value === null) before.delete(field);
      else before.set(field, value);
      return before;
    });
  return (
    <>
      <TasksHeader name={name} />
      <Group mb="md" gap="sm">
        <Select
          aria-label={t('tasks.status')}
          placeholder={t('tasks.anyStatus')}
          data={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
          value={filter.status ?? null}
          onChange={choose('status')}
          clearable
          clearButtonProps={{ 'aria-label': t('common.clear') }}
          w={180}
        />
        <Select
          aria-label={t('tasks.trigger')}
          placeholder={t('tasks.anyTrigger')}
          data={TRIGGERS.map((value) => ({ value, label: t(`trigger.${value}`) }))}
          value={filter.trigger ?? null}
          onChange={choose('trigger')}
          clearable
          clearButtonProps={{ 'aria-label': t('common.clear') }}
          w={180}
        />
      </Group>
      {pages.error && <ProblemAlert error={pages.error} />}
      {!pages.isLoading && !pages.error && pages.items.length === 0 && (
        <EmptyState title={t('tasks.none')} text={t('tasks.noneText')} />
      )}
      {(pages.isLoading || pages.items.length > 0) && (
        <DataTable
          label={t('nav.tasks')}
          columns={columns}
          rows={pages.items}
          rowKey={(task) => task.id}
          isLoading={pages.isLoading}
        />
      )}
      <MoreButton pages={pages} />
    </>
  );
}

function filterOf(name: string | undefined, search: URLSearchParams): TaskFilter {
  const given = (field: string) => search.get(field) ?? undefined;
  return { source: name ?? given('source'), status: given('status'), trigger: given('trigger') };
}

function TasksHeader({ name }: { readonly name: string | undefined }) {
  const { t } = useTranslation();
  const isOperator = useMay('operator');
  const source = useQuery({
    queryKey: ['source', name],
    queryFn: () => readSource(name ?? ''),
    enabled: name !== undefined,
  });
  if (name === undefined) return <PageHeader title={t('nav.tasks')} text={t('tasks.text')} />;
  return (
    <PageHeader
      title={t('tasks.of', { name: source.data?.title ?? name })}
      trail={[{ href: '/sources', label: t('nav.sources') }]}
    >
      {source.data?.enabled === true && isOperator && <SyncButton source={source.data} />}
    </PageHeader>
  );
}
