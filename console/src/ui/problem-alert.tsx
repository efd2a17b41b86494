import { Alert, Button, Code, Group, List, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { toProblem } from '../api/problem.js';
import { nextStep } from './next-step.js';

/** An error with its code, what it means and what to do next. */
export function ProblemAlert({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const { t } = useTranslation();
  const { code, message, errors } = toProblem(error);
  const step = nextStep(t, code);
  return (
    <Alert color="red" role="alert" icon={<IconAlertTriangle size={18} aria-hidden />} title={t('common.failed')}>
      <Text size="sm" className="break">
        {message} <Code>{code}</Code>
      </Text>
      {errors.length > 0 && (
        <List size="sm" mt="xs">
          {errors.map(({ path, message: mistake }) => (
            <List.Item key={path + mistake}>
              <Code>{path}</Code> {mistake}
            </List.Item>
          ))}
        </List>
      )}
      {step !== null && (
        <Text size="sm" mt="xs" fw={600}>
          {step}
        </Text>
      )}
      {onRetry && (
        <Group mt="sm">
          <Button size="xs" variant="default" onClick={onRetry}>
            {t('common.tryAgain')}
          </Button>
        </Group>
      )}
    </Alert>
  );
}
