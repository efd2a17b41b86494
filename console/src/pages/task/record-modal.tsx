import { Loader, Modal, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { readTaskRecord } from '../../api/tasks.js';
import type { ChangeView } from '../../api/types.js';
import { CopyBlock } from '../../ui/copy-block.js';
import { Moment } from '../../ui/moment.js';
import { ProblemAlert } from '../../ui/problem-alert.js';

/** What the source said of one thing: in this task, and the last time that it was applied. */
export function RecordModal(props: {
  readonly taskId: string;
  readonly change: ChangeView;
  readonly onClose: () => void;
}) {
  const { taskId, change, onClose } = props;
  const { t } = useTranslation();
  // A membership comes out of its user's record.
  const kind = change.kind === 'membership' ? 'user' : change.kind;
  const externalId = change.externalId ?? '';
  const record = useQuery({
    queryKey: ['task-record', taskId, kind, externalId],
    queryFn: () => readTaskRecord(taskId, kind, externalId),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      size="lg"
      title={t('record.title')}
    >
      <Stack gap="sm">
        <Text size="sm" c="dimmed" className="break">
          {t('record.id')}: {externalId}
        </Text>
        {record.isPending && <Loader size="sm" role="status" aria-label={t('common.loading')} />}
        {record.error && <ProblemAlert error={record.error} />}
        {record.data && (
          <>
            <Title order={3} size="h5">
              {t('record.read')}
            </Title>
            {record.data.read === null ? (
              <Text size="sm">{t('record.notRead')}</Text>
            ) : (
              <CopyBlock text={JSON.stringify(record.data.read, null, 2)} label={t('record.read')} />
            )}
            <Title order={3} size="h5">
              {t('record.known')} {record.data.knownAt !== null && <Moment at={record.data.knownAt} />}
            </Title>
            {record.data.known === null ? (
              <Text size="sm">{t('record.notKnown')}</Text>
            ) : (
              <CopyBlock text={JSON.stringify(record.data.known, null, 2)} label={t('record.known')} />
            )}
          </>
        )}
      </Stack>
    </Modal>
  );
}
