import { Badge, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { UserDetail } from '../../api/types.js';

/** Where a person belongs, and who says so. */
export function Memberships({ user }: { readonly user: UserDetail }) {
  const { t } = useTranslation();
  if (user.departments.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('person.noDepartment')}
      </Text>
    );
  }
  return (
    <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
      {user.departments.map((place) => (
        <Group key={`${place.id} ${place.source ?? ''}`} component="li" gap="xs">
          <Link href={`/departments/${place.id}`} className="row-link">
            {place.title}
          </Link>
          {place.id === user.mainDepartmentId && (
            <Badge size="sm" variant="light" className="status-badge">
              {t('person.main')}
            </Badge>
          )}
          {place.isOwner && (
            <Badge size="sm" variant="light" color="violet" className="status-badge">
              {t('person.owner')}
            </Badge>
          )}
          <Text size="xs" c="dimmed">
            {place.source ?? t('person.byHand')}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
