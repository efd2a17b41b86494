import { Anchor, Card, Group, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ChangeGroup } from '../../api/tasks.js';
import { formatNumber } from '../../i18n/format.js';
import { useWhy } from './why.js';

/** What was skipped or failed, by reason, in plain words and with what to do. */
export function SkippedInWords(props: {
  readonly groups: readonly ChangeGroup[];
  readonly onChoose: (code: string) => void;
}) {
  const byCode = new Map<string, number>();
  for (const { code, count, outcome } of props.groups)
    if (code !== null && (outcome === 'skipped' || outcome === 'failed'))
      byCode.set(code, (byCode.get(code) ?? 0) + count);
  if (byCode.size === 0) return null;
  return (
    <Card>
      <Stack gap="sm">
        {[...byCode].map(([code, count]) => (
          <OneReason key={code} code={code} count={count} onChoose={() => props.onChoose(code)} />
        ))}
      </Stack>
    </Card>
  );
}

function OneReason(props: { readonly code: string; readonly count: number; readonly onChoose: () => void }) {
  const { code, count, onChoose } = props;
  const { t } = useTranslation();
  const why = useWhy(code);
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start">
      <ThemeIcon variant="light" color="yellow" size="md">
        <IconAlertTriangle size={16} aria-hidden />
      </ThemeIcon>
      <div>
        <Text size="sm" fw={600}>
          {formatNumber(count)} × {why?.text ?? code}{' '}
          <Anchor component="button" type="button" size="sm" onClick={onChoose}>
            {t('changes.show')}
          </Anchor>
        </Text>
        {why && <Text size="sm">{why.todo}</Text>}
      </div>
    </Group>
  );
}
