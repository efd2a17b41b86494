import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { undoTask } from '../../api/tasks.js';
import type { TaskView } from '../../api/types.js';
import { useMay } from '../../app/session-context.js';
import { ProblemAlert } from '../../ui/problem-alert.js';

const DONE: readonly string[] = ['succeeded', 'partial', 'failed', 'cancelled'];

/** Takes back what a task did: first looked at, then done, as a task of its own. */
export function UndoTask({ task }: { readonly task: TaskView }) {
  const { t } = useTranslation();
  const isAdmin = useMay('admin');
  const [opened, setOpened] = useState(false);
  const changed = Object.values(task.counts).some(
    (of) => of.created + of.linked + of.updated + of.removed + of.restored > 0,
  );
  if (!isAdmin || task.dryRun || !changed || !DONE.includes(task.status)) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconArrowBackUp size={16} aria-hidden />} onClick={() => setOpened(true)}>
        {t('undo.undo')}
      </Button>
      {opened && <Ask task={task} onClose={() => setOpened(false)} />}
    </>
  );
}

function Ask({ task, onClose }: { readonly task: TaskView; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const [reason, setReason] = useState('');
  const undo = useMutation({
    mutationFn: (dryRun: boolean) => undoTask(task.id, { dryRun, ...(reason.trim() ? { reason: reason.trim() } : {}) }),
    onSuccess: (made) => {
      onClose();
      go(`/tasks/${made.id}`);
    },
  });
  return (
    <Modal opened onClose={onClose} closeButtonProps={{ 'aria-label': t('common.close') }} title={t('undo.title')}>
      <Stack>
        <Text size="sm">{t('undo.text')}</Text>
        <Textarea
          label={t('held.reason')}
          autosize
          minRows={2}
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {undo.error && <ProblemAlert error={undo.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button variant="light" loading={undo.isPending} onClick={() => undo.mutate(true)}>
            {t('undo.look')}
          </Button>
          <Button color="red.8" loading={undo.isPending} onClick={() => undo.mutate(false)}>
            {t('undo.undo')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
