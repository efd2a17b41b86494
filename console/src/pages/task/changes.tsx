import { Button, Card, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type ChangeFilter,
  type ChangePage,
  type ChangeSummary,
  changesCsvUrl,
  listChanges,
  summariseChanges,
} from '../../api/tasks.js';
import type { ChangeView, TaskView } from '../../api/types.js';
import { isUnderWay } from '../../api/use-task.js';
import { MoreButton } from '../../ui/more-button.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { ChangeFilters } from './change-filters.js';
import { ChangeRow } from './change-row.js';
import { SkippedInWords } from './skipped-in-words.js';

/** What a task changes, or would change: by sort, with a search, line by line. */
export function Changes({ task }: { readonly task: TaskView }) {
  const { t } = useTranslation();
  const [filter, setFilter] = useState<ChangeFilter>({});
  const summary = useQuery({
    queryKey: ['task-changes', task.id, 'summary'],
    queryFn: () => summariseChanges(task.id),
  });
  const changes = useChanges(task.id, filter);
  const { items: groups, problems } = summary.data ?? NOTHING;
  const rows = changes.data?.pages.flatMap((page) => page.items) ?? [];
  const names = namesIn(changes.data?.pages ?? []);
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={2}>{t('changes.title')}</Title>
        {groups.length > 0 && (
          <Button
            component="a"
            href={changesCsvUrl(task.id)}
            download
            size="xs"
            variant="default"
            leftSection={<IconDownload size={15} aria-hidden />}
          >
            {t('changes.download')}
          </Button>
        )}
      </Group>
      <SkippedInWords groups={groups} problems={problems} onChoose={(code) => setFilter({ code })} />
      {groups.length > 0 && <ChangeFilters groups={groups} problems={problems} filter={filter} onChange={setFilter} />}
      {changes.error && <ProblemAlert error={changes.error} />}
      {changes.isPending && <Loader size="sm" role="status" aria-label={t('common.loading')} />}
      {changes.isSuccess && <NoChange task={task} rows={rows} isFiltered={groups.length > 0} />}
      {rows.length > 0 && (
        <Card padding={0} component="ul" m={0} aria-label={t('changes.title')} style={{ listStyle: 'none' }}>
          {rows.map((change, index) => (
            <ChangeRow key={keyOf(change, index)} taskId={task.id} change={change} names={names} />
          ))}
        </Card>
      )}
      <MoreButton
        pages={{
          hasMore: changes.hasNextPage,
          isLoadingMore: changes.isFetchingNextPage,
          loadMore: () => void changes.fetchNextPage(),
        }}
      />
    </Stack>
  );
}

const NOTHING: ChangeSummary = { items: [], problems: [] };

/** The same line keeps its key when the list is filtered; one without an id has only its place. */
function keyOf({ kind, action, externalId, before, after }: ChangeView, index: number): string {
  const department = JSON.stringify((after ?? before)?.['departmentId'] ?? null);
  return [kind, action, externalId ?? index, kind === 'membership' ? department : ''].join(' ');
}

function NoChange(props: { readonly task: TaskView; readonly rows: readonly unknown[]; readonly isFiltered: boolean }) {
  const { task, rows, isFiltered } = props;
  const { t } = useTranslation();
  if (rows.length > 0) return null;
  const why = isUnderWay(task) ? 'changes.notYet' : 'changes.none';
  return (
    <Card>
      <Text c="dimmed" size="sm">
        {t(isFiltered ? 'changes.noneOfThese' : why)}
      </Text>
    </Card>
  );
}

function namesIn(pages: readonly ChangePage[]): Readonly<Record<string, string>> {
  return Object.assign({}, ...pages.map((page) => page.names)) as Record<string, string>;
}

function useChanges(id: string, filter: ChangeFilter) {
  return useInfiniteQuery({
    queryKey: ['task-changes', id, filter],
    queryFn: ({ pageParam }) => listChanges(id, filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (before) => before,
  });
}
