import { ActionIcon, Button } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { TaskView } from '../../api/types.js';
import { useMay } from '../../app/session-context.js';

/** Where Bull Board shows the job that rang last; only admins are let in there. */
export function JobLink({ task, isSmall = false }: { readonly task: TaskView; readonly isSmall?: boolean }) {
  const { t } = useTranslation();
  const isAdmin = useMay('admin');
  if (!isAdmin || !task.job) return null;
  const href = `/admin/queues/queue/${task.job.queue}/${encodeURIComponent(task.job.id)}`;
  if (isSmall) {
    const name = t('task.jobOf', { batch: task.batch });
    return (
      <ActionIcon
        component="a"
        href={href}
        target="_blank"
        variant="subtle"
        color="gray"
        aria-label={name}
        title={t('task.job')}
      >
        <IconExternalLink size={16} aria-hidden />
      </ActionIcon>
    );
  }
  return (
    <Button
      component="a"
      href={href}
      target="_blank"
      variant="subtle"
      rightSection={<IconExternalLink size={15} aria-hidden />}
    >
      {t('task.job')}
    </Button>
  );
}
