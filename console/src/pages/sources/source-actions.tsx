import { ActionIcon, Button, Group, Menu } from '@mantine/core';
import { IconDots, IconListCheck, IconSettings, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { SourceOverview } from '../../api/types.js';
import { useMay } from '../../app/session-context.js';
import { LazyMenu } from '../../ui/lazy-menu.js';
import { DeleteSource } from './delete-source.js';
import { SyncButton } from './sync-button.js';

/** What can be done with a source: Sync and Tasks while it is enabled, and an admin's menu. */
export function SourceActions({ source }: { readonly source: SourceOverview }) {
  const { t } = useTranslation();
  const isOperator = useMay('operator');
  const isAdmin = useMay('admin');
  return (
    <Group gap={6} justify="flex-end" wrap="nowrap">
      {source.enabled && source.deletion === null && isOperator && <SyncButton source={source} />}
      {source.enabled && (
        <Button
          component={Link}
          href={`/sources/${source.name}/tasks`}
          size="xs"
          variant="default"
          leftSection={<IconListCheck size={15} aria-hidden />}
          aria-label={t('sources.tasksOf', { name: source.title })}
        >
          {t('nav.tasks')}
        </Button>
      )}
      {isAdmin && <AdminMenu source={source} />}
    </Group>
  );
}

function AdminMenu({ source }: { readonly source: SourceOverview }) {
  const { t } = useTranslation();
  const [deleting, setDeleting] = useState(false);
  return (
    <>
      <LazyMenu
        target={
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('sources.moreOf', { name: source.title })}>
            <IconDots size={18} />
          </ActionIcon>
        }
      >
        {() => (
          <>
            <Menu.Item
              component={Link}
              href={`/sources/${source.name}`}
              leftSection={<IconSettings size={16} aria-hidden />}
            >
              {t('sources.configure')}
            </Menu.Item>
            <Menu.Item
              disabled={source.deletion !== null}
              className="danger"
              leftSection={<IconTrash size={16} aria-hidden />}
              onClick={() => setDeleting(true)}
            >
              {t('sources.delete')}
            </Menu.Item>
          </>
        )}
      </LazyMenu>
      {deleting && <DeleteSource source={source} onClose={() => setDeleting(false)} />}
    </>
  );
}
