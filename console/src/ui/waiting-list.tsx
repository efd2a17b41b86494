import { Card, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { UserDetail } from '../api/types.js';

type Waiting = UserDetail['waiting'][number];

/** What a source says of a person or department and that waits for its record; nothing when nothing waits. */
export function WaitingList({ waiting }: { readonly waiting: readonly Waiting[] }) {
  const { t } = useTranslation();
  if (waiting.length === 0) return null;
  return (
    <Card>
      <Title order={2} mb="sm">
        {t('waiting.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {t('waiting.text')}
      </Text>
      <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        {waiting.map((one) => (
          <WaitingItem key={`${one.source} ${one.field} ${one.externalId}`} waiting={one} />
        ))}
      </Stack>
    </Card>
  );
}

function WaitingItem({ waiting: { source, field, kind, externalId: id } }: { readonly waiting: Waiting }) {
  const { t } = useTranslation();
  const known = field === 'departments' || field === 'managerUid' || field === 'parentUid' ? field : 'other';
  return (
    <li>
      <Text size="sm" className="break">
        {t(`waiting.${known}`, { id, field, kind })}
      </Text>
      <Text size="xs" c="dimmed">
        {source}
      </Text>
    </li>
  );
}
