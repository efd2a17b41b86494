import { Card, Group, SimpleGrid, Skeleton, Text, ThemeIcon } from '@mantine/core';
import { IconBuilding, IconCircleX, IconHandStop, IconRefresh, IconUsers } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Dashboard } from '../../api/types.js';
import { formatNumber } from '../../i18n/format.js';

/** The numbers that matter, each leading to its screen; null = not read yet. */
export function Tiles({ dashboard }: { readonly dashboard: Dashboard | null }) {
  const { t } = useTranslation();
  const tasks = (...statuses: readonly string[]) =>
    statuses.reduce((sum, status) => sum + (dashboard?.tasks[status] ?? 0), 0);
  const failures = dashboard?.days.slice(-7).reduce((sum, day) => sum + day.failedTasks, 0) ?? 0;
  const held = tasks('held');
  const tiles = [
    {
      name: t('dashboard.held'),
      value: held,
      href: '/tasks?status=held',
      icon: IconHandStop,
      colour: held > 0 ? 'orange' : 'gray',
    },
    {
      name: t('dashboard.failures'),
      value: failures,
      href: '/tasks?status=failed',
      icon: IconCircleX,
      colour: failures > 0 ? 'red' : 'gray',
    },
    {
      name: t('dashboard.underWay'),
      value: tasks('queued', 'pulling', 'planning', 'applying'),
      href: '/tasks',
      icon: IconRefresh,
      colour: 'blue',
    },
    {
      name: t('dashboard.people'),
      value: dashboard?.users.active ?? 0,
      href: '/people',
      icon: IconUsers,
      colour: 'pine',
    },
    {
      name: t('dashboard.departments'),
      value: dashboard?.departments ?? 0,
      href: '/departments',
      icon: IconBuilding,
      colour: 'pine',
    },
  ];
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="md">
      {tiles.map(({ name, value, href, icon: Icon, colour }) => (
        <Card key={name} component={Link} href={href} padding="md" className="tile">
          <Group justify="space-between" wrap="nowrap" align="flex-start" gap={4}>
            <div>
              {dashboard ? (
                <Text fz={26} fw={700} lh={1.2}>
                  {formatNumber(value)}
                </Text>
              ) : (
                <Skeleton h={30} w={50} />
              )}
              <Text size="sm" c="dimmed">
                {name}
              </Text>
            </div>
            <ThemeIcon variant="light" color={colour} size="lg">
              <Icon size={19} aria-hidden />
            </ThemeIcon>
          </Group>
        </Card>
      ))}
    </SimpleGrid>
  );
}
