import { Button, Group, Menu } from '@mantine/core';
import { IconChevronDown, IconEye, IconRefresh, IconRefreshDot } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { listSourceTypes, syncSource } from '../../api/sources.js';
import type { TaskMode } from '../../api/types.js';
import { LazyMenu } from '../../ui/lazy-menu.js';
import { showDone, showProblem } from '../../ui/show-problem.js';

/** Starts a sync, with a menu of its sorts; a dry run leads to its plan. */
export function SyncButton({ source }: { readonly source: { name: string; title: string; type: string } }) {
  const { t } = useTranslation();
  const types = useQuery({ queryKey: ['source-types'], queryFn: listSourceTypes, staleTime: Number.POSITIVE_INFINITY });
  const modes = types.data?.find((one) => one.type === source.type)?.capabilities.modes ?? [];
  const sync = useSync(source.name);
  const start = (mode: TaskMode, dryRun = false) => sync.mutate({ mode, dryRun });
  const first: TaskMode = modes.includes('full') ? 'full' : 'delta';
  return (
    <Group gap={1} wrap="nowrap">
      <Button
        size="xs"
        onClick={() => start(first)}
        loading={sync.isPending}
        disabled={modes.length === 0}
        leftSection={<IconRefresh size={15} aria-hidden />}
        aria-label={t('sources.syncOf', { name: source.title })}
        style={{ borderTopRightRadius: 0, borderBottomRightRadius: 0 }}
      >
        {t('sources.sync')}
      </Button>
      <LazyMenu
        target={
          <Button
            size="xs"
            px={6}
            aria-label={t('sources.syncMenuOf', { name: source.title })}
            style={{ borderTopLeftRadius: 0, borderBottomLeftRadius: 0 }}
          >
            <IconChevronDown size={15} aria-hidden />
          </Button>
        }
      >
        {() => (
          <>
            {modes.includes('full') && (
              <Menu.Item leftSection={<IconRefresh size={16} aria-hidden />} onClick={() => start('full')}>
                {t('sources.syncFull')}
              </Menu.Item>
            )}
            {modes.includes('delta') && (
              <Menu.Item leftSection={<IconRefreshDot size={16} aria-hidden />} onClick={() => start('delta')}>
                {t('sources.syncDelta')}
              </Menu.Item>
            )}
            <Menu.Item leftSection={<IconEye size={16} aria-hidden />} onClick={() => start(first, true)}>
              {t('sources.dryRun')}
            </Menu.Item>
          </>
        )}
      </LazyMenu>
    </Group>
  );
}

function useSync(name: string) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [, go] = useLocation();
  return useMutation({
    mutationFn: (body: { mode: TaskMode; dryRun: boolean }) => syncSource(name, body),
    onSuccess: (task) => {
      client.setQueryData(['task', task.id], task);
      for (const key of ['sources', 'tasks']) void client.invalidateQueries({ queryKey: [key] });
      if (task.dryRun) go(`/tasks/${task.id}`);
      else showDone(t(task.joined ? 'sources.joined' : 'sources.started'));
    },
    onError: showProblem,
  });
}
