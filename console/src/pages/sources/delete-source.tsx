import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { deleteSource } from '../../api/sources.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { showDone } from '../../ui/show-problem.js';

/** Asks for a source's name before it is deleted. */
export function DeleteSource(props: {
  readonly source: { readonly name: string; readonly title: string };
  readonly onClose: () => void;
}) {
  const { source, onClose } = props;
  const { t } = useTranslation();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [typed, setTyped] = useState('');
  const [removeRecords, setRemoveRecords] = useState(false);
  const remove = useMutation({
    mutationFn: () => deleteSource(source.name, removeRecords),
    onSuccess: (task) => {
      showDone(t(task ? 'deleteSource.queued' : 'deleteSource.done', { name: source.name }));
      onClose();
      go(task ? `/tasks/${task.id}` : '/sources');
      return client.invalidateQueries({ queryKey: ['sources'] });
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      title={t('deleteSource.title', { name: source.title })}
    >
      <Stack>
        <Text size="sm">{t('deleteSource.text')}</Text>
        <Checkbox
          checked={removeRecords}
          onChange={(event) => setRemoveRecords(event.currentTarget.checked)}
          label={t('deleteSource.removeRecords')}
          description={t('deleteSource.removeRecordsText')}
        />
        <TextInput
          label={<Trans i18nKey="deleteSource.type" values={{ name: source.name }} components={{ b: <b /> }} />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
        {remove.error && <ProblemAlert error={remove.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            color="red.8"
            disabled={typed !== source.name}
            loading={remove.isPending}
            onClick={() => remove.mutate()}
          >
            {t('sources.delete')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
