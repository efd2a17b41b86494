import { Badge, Group } from '@mantine/core';
import { IconLock, IconShield } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { UserView } from '../../api/types.js';

/** Active or not, locked, protected. */
export function PersonBadges({ user }: { readonly user: UserView }) {
  const { t } = useTranslation();
  return (
    <Group gap={6}>
      <Badge variant="light" color={user.active ? 'teal' : 'gray'} className="status-badge">
        {t(user.active ? 'people.active' : 'people.inactive')}
      </Badge>
      {user.lockedAt !== null && (
        <Badge variant="light" color="orange" className="status-badge" leftSection={<IconLock size={12} aria-hidden />}>
          {t('people.locked')}
        </Badge>
      )}
      {user.protected && (
        <Badge variant="light" color="blue" className="status-badge" leftSection={<IconShield size={12} aria-hidden />}>
          {t('people.protected')}
        </Badge>
      )}
    </Group>
  );
}
