import { Alert, Button, Group, List, Modal, Stack, Text, Textarea } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { approveTask, rejectTask } from '../../api/tasks.js';
import type { TaskView } from '../../api/types.js';
import { useMay } from '../../app/session-context.js';
import { formatNumber } from '../../i18n/format.js';
import { useKindName } from '../../ui/kind-name.js';
import { Moment } from '../../ui/moment.js';
import { ProblemAlert } from '../../ui/problem-alert.js';

type Held = NonNullable<TaskView['held']>;

/** Why a plan waits, until when, and a person's decision. The whole plan stands below. */
export function HeldPlan({ task, held }: { readonly task: TaskView; readonly held: Held }) {
  const { t } = useTranslation();
  const isAdmin = useMay('admin');
  const [deciding, setDeciding] = useState<'approve' | 'reject' | null>(null);
  return (
    <Alert color="orange" icon={<IconHandStop size={20} aria-hidden />} title={t('held.title')}>
      <List size="sm" mb="xs">
        {held.reasons.map((reason) => (
          <List.Item key={reason.code + reason.kind}>
            <Reason reason={reason} />
          </List.Item>
        ))}
      </List>
      <Text size="sm">
        {t(isAdmin ? 'held.look' : 'held.admin')} {t('held.expires')} <Moment at={held.expiresAt} />.
      </Text>
      {isAdmin && (
        <Group mt="md" gap="xs">
          <Button onClick={() => setDeciding('approve')}>{t('held.approve')}</Button>
          <Button variant="default" onClick={() => setDeciding('reject')}>
            {t('held.reject')}
          </Button>
        </Group>
      )}
      {deciding && <Decision task={task} held={held} sort={deciding} onClose={() => setDeciding(null)} />}
    </Alert>
  );
}

const KNOWN = ['removals', 'empty_source', 'no_department', 'moved_values', 'slow_bleed'] as const;

function Reason({ reason }: { readonly reason: Held['reasons'][number] }) {
  const { t } = useTranslation();
  const kindName = useKindName();
  const code = KNOWN.find((one) => one === reason.code);
  if (!code) return <>{reason.code}</>;
  const { count, limit, linked } = reason;
  const numbers = { count, number: formatNumber(count), limit: formatNumber(limit), linked: formatNumber(linked) };
  return <>{t(`held.${code}`, { ...numbers, kind: kindName(reason.kind) })}</>;
}

function Decision(props: {
  readonly task: TaskView;
  readonly held: Held;
  readonly sort: 'approve' | 'reject';
  readonly onClose: () => void;
}) {
  const { task, held, sort, onClose } = props;
  const { t } = useTranslation();
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const decide = useMutation({
    mutationFn: () =>
      sort === 'approve' ? approveTask(task.id, held.planHash, reason.trim()) : rejectTask(task.id, reason.trim()),
    onSuccess: (changed) => {
      client.setQueryData(['task', task.id], changed);
      for (const key of ['tasks', 'sources']) void client.invalidateQueries({ queryKey: [key] });
      onClose();
    },
  });
  const isApproval = sort === 'approve';
  return (
    <Modal
      opened
      onClose={onClose}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      title={t(isApproval ? 'held.approveTitle' : 'held.rejectTitle')}
    >
      <Stack>
        <Text size="sm">{t(isApproval ? 'held.approveText' : 'held.rejectText')}</Text>
        <Textarea
          label={t('held.reason')}
          description={t('held.reasonText')}
          required
          autosize
          minRows={2}
          maxLength={1000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
        />
        {decide.error && <ProblemAlert error={decide.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            {...(isApproval ? {} : { color: 'red.8' })}
            disabled={reason.trim() === ''}
            loading={decide.isPending}
            onClick={() => decide.mutate()}
          >
            {t(isApproval ? 'held.approve' : 'held.reject')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
