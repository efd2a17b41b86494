import { AppShell, Badge, NavLink } from '@mantine/core';
import { IconApi, IconExternalLink, IconLayoutKanban } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { listTasks } from '../api/tasks.js';
import { SCREENS } from './navigation.js';
import { useMay } from './session-context.js';

/** The screens that the reader may open, and the pages beside the console. */
export function Menu({ onGo }: { readonly onGo: () => void }) {
  const { t } = useTranslation();
  const isAdmin = useMay('admin');
  const [location] = useLocation();
  const held = useQuery({
    queryKey: ['tasks', 'held'],
    queryFn: () => listTasks({ status: 'held' }, null, 100),
    refetchInterval: 30_000,
  });
  const waiting = held.data?.items.length ?? 0;
  return (
    <>
      <AppShell.Section grow>
        {SCREENS.filter(({ role }) => isAdmin || role !== 'admin').map(({ path, name, icon: Icon }) => (
          <NavLink
            key={path}
            component={Link}
            href={path}
            onClick={onGo}
            label={t(`nav.${name}`)}
            leftSection={<Icon size={18} stroke={1.7} aria-hidden />}
            rightSection={name === 'tasks' && waiting > 0 ? <HeldCount count={waiting} /> : null}
            active={path === '/' ? location === '/' : location === path || location.startsWith(`${path}/`)}
            aria-current={location === path ? 'page' : undefined}
            mb={2}
            style={{ borderRadius: 'var(--mantine-radius-md)' }}
          />
        ))}
      </AppShell.Section>
      <AppShell.Section>
        {isAdmin && <OutLink href="/admin/queues" label={t('nav.queues')} icon={IconLayoutKanban} />}
        <OutLink href="/api/docs" label={t('nav.api')} icon={IconApi} />
      </AppShell.Section>
    </>
  );
}

function HeldCount({ count }: { readonly count: number }) {
  const { t } = useTranslation();
  return (
    <Badge size="sm" color="orange.8" variant="filled" aria-label={t('nav.held', { count })}>
      {count}
    </Badge>
  );
}

function OutLink({ href, label, icon: Icon }: { href: string; label: string; icon: typeof IconApi }) {
  return (
    <NavLink
      href={href}
      target="_blank"
      label={label}
      leftSection={<Icon size={18} stroke={1.7} aria-hidden />}
      rightSection={<IconExternalLink size={14} aria-hidden />}
      style={{ borderRadius: 'var(--mantine-radius-md)' }}
    />
  );
}
