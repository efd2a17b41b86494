import { Group, Stack, Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TaskView } from '../api/types.js';
import { formatNumber } from '../i18n/format.js';
import { useKindName } from './kind-name.js';

const SHOWN = [
  'created',
  'linked',
  'updated',
  'restored',
  'removed',
  'skipped',
  'failed',
  'fieldProblems',
  'waiting',
] as const;
const SIGNS = {
  created: '+',
  linked: '⚭',
  updated: '~',
  restored: '↺',
  removed: '−',
  skipped: '!',
  failed: '×',
  fieldProblems: '⚠',
  waiting: '…',
} as const;

/** What a task did, a line a kind: only what is not zero. */
export function CountsLine({ counts }: { readonly counts: TaskView['counts'] }) {
  const { t } = useTranslation();
  const kindName = useKindName();
  const lines = Object.entries(counts).map(([kind, of]) => ({ kind, shown: SHOWN.filter((name) => of[name] > 0), of }));
  const some = lines.filter(({ shown }) => shown.length > 0);
  if (some.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('tasks.noChange')}
      </Text>
    );
  }
  return (
    <Stack gap={2}>
      {some.map(({ kind, shown, of }) => (
        <Group key={kind} gap={8} wrap="wrap">
          <Text size="xs" c="dimmed" component="span">
            {kindName(kind)}
          </Text>
          {shown.map((name) => (
            <Tooltip key={name} label={t(`count.${name}`)}>
              <Text size="sm" component="span" className={`count-${name}`}>
                <span aria-hidden>{SIGNS[name]}</span>
                {formatNumber(of[name])}
                <span className="for-readers"> {t(`count.${name}`)}</span>
              </Text>
            </Tooltip>
          ))}
        </Group>
      ))}
    </Stack>
  );
}
