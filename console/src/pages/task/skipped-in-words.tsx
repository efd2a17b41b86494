import { Anchor, Card, Group, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ChangeGroup, FieldProblemGroup } from '../../api/tasks.js';
import { formatNumber } from '../../i18n/format.js';
import { useWhy } from './why.js';

/** What was skipped or failed, and which fields are left out, by reason, in plain words and with what to do. */
export function SkippedInWords(props: {
  readonly groups: readonly ChangeGroup[];
  readonly problems: readonly FieldProblemGroup[];
  readonly onChoose: (code: string) => void;
}) {
  const byCode = new Map<string, number>();
  for (const { code, count, outcome } of props.groups)
    if (code !== null && (outcome === 'skipped' || outcome === 'failed'))
      byCode.set(code, (byCode.get(code) ?? 0) + count);
  if (byCode.size === 0 && props.problems.length === 0) return null;
  return (
    <Card>
      <Stack gap="sm">
        {[...byCode].map(([code, count]) => (
          <OneReason key={code} code={code} count={count} onChoose={() => props.onChoose(code)} />
        ))}
        {props.problems.map(({ kind, field, code, count }) => (
          <OneReason
            key={`${kind} ${field} ${code}`}
            field={field}
            code={code}
            count={count}
            onChoose={() => props.onChoose(code)}
          />
        ))}
      </Stack>
    </Card>
  );
}

function OneReason(props: {
  readonly code: string;
  readonly count: number;
  /** The field that is left out; absent where the whole record is. */
  readonly field?: string;
  readonly onChoose: () => void;
}) {
  const { code, count, field, onChoose } = props;
  const { t } = useTranslation();
  const why = useWhy(code);
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start">
      <ThemeIcon variant="light" color="yellow" size="md">
        <IconAlertTriangle size={16} aria-hidden />
      </ThemeIcon>
      <div>
        <Text size="sm" fw={600}>
          {formatNumber(count)} × {field !== undefined && `${field}: `}
          {why?.text ?? code}{' '}
          <Anchor component="button" type="button" size="sm" onClick={onChoose}>
            {t('changes.show')}
          </Anchor>
        </Text>
        {why && <Text size="sm">{why.todo}</Text>}
      </div>
    </Group>
  );
}
