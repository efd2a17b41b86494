import { Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { UserDetail } from '../api/types.js';
import { Moment } from './moment.js';

/** Which source says so: its own id, and when it said so last. */
export function LinkList({ links }: { readonly links: UserDetail['links'] }) {
  const { t } = useTranslation();
  if (links.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('links.none')}
      </Text>
    );
  }
  return (
    <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
      {links.map(({ source, externalId, lastSeenAt }) => (
        <Group key={source + externalId} component="li" gap="xs" justify="space-between">
          <div>
            <Link href={`/sources/${source}/tasks`} className="row-link">
              {source}
            </Link>
            <Text size="xs" c="dimmed" className="break">
              {externalId}
            </Text>
          </div>
          <Text size="xs" c="dimmed">
            {t('links.lastSeen')} <Moment at={lastSeenAt} />
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
