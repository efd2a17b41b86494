import { List, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ChangeView } from '../../api/types.js';
import { useWhy } from './why.js';

type Problem = ChangeView['problems'][number];

/** The names of the fields that are left out, beside the line that they belong to. */
export function FieldProblemsInShort({ problems }: { readonly problems: ChangeView['problems'] }) {
  const { t } = useTranslation();
  if (problems.length === 0) return null;
  return (
    <Text size="xs" c="dimmed" component="span" className="break">
      {t('changes.leftOut')}: {problems.map(({ field }) => field).join(', ')}
    </Text>
  );
}

/** The fields that are left out, with the reason of each and what to do. */
export function FieldProblems({ problems }: { readonly problems: ChangeView['problems'] }) {
  const { t } = useTranslation();
  if (problems.length === 0) return null;
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {t('changes.problems')}
      </Text>
      <List size="sm" aria-label={t('changes.problems')}>
        {problems.map((problem) => (
          <List.Item key={problem.field} className="break">
            <OneProblem problem={problem} />
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}

function OneProblem({ problem }: { readonly problem: Problem }) {
  const { field, code, message } = problem;
  const why = useWhy(code);
  return (
    <>
      <b>{field}</b>: {message} ({code}){why && ` ${why.todo}`}
    </>
  );
}
