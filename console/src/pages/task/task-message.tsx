import { Alert, Code, Text } from '@mantine/core';
import { IconAlertTriangle, IconEye } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { TaskView } from '../../api/types.js';
import { nextStep } from '../../ui/next-step.js';

/** What went wrong and what to do next; or that a dry run wrote nothing. */
export function TaskMessage({ task }: { readonly task: TaskView }) {
  const { t } = useTranslation();
  const step = nextStep(t, task.error?.code ?? null);
  return (
    <>
      {task.dryRun && (
        <Alert color="grape" icon={<IconEye size={18} aria-hidden />} title={t('task.dryRun')}>
          {t('task.dryRunText')}
        </Alert>
      )}
      {task.error && (
        <Alert
          color={task.status === 'failed' ? 'red' : 'yellow'}
          icon={<IconAlertTriangle size={18} aria-hidden />}
          title={t(task.status === 'failed' ? 'task.failed' : 'task.notAll')}
        >
          <Text size="sm" className="break">
            {task.error.message} <Code>{task.error.code}</Code>
          </Text>
          {step !== null && (
            <Text size="sm" fw={600} mt={4}>
              {step}
            </Text>
          )}
        </Alert>
      )}
    </>
  );
}
