import { Alert, Button, Checkbox, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { createKey, type NewApiKey } from '../../api/admin.js';
import { listSources } from '../../api/sources.js';
import { CopyBlock } from '../../ui/copy-block.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { MAX_UNITS } from '../../ui/max-units.js';

const ROLES = ['viewer', 'operator', 'admin'] as const;
const EMPTY: NewApiKey = { name: '', role: 'viewer', source: null, pushOnly: false, expiresAt: null };
const DAY_MS = 86_400_000;

/** Makes a key, and shows its text this once. */
export function NewKey({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: createKey,
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      title={t('keys.new')}
      closeOnClickOutside={!create.data}
    >
      {create.data ? (
        <Stack>
          <Alert color="orange">{t('keys.once')}</Alert>
          <CopyBlock text={create.data.key} label={t('keys.theKey')} />
          <Group justify="flex-end">
            <Button onClick={onClose}>{t('common.close')}</Button>
          </Group>
        </Stack>
      ) : (
        <KeyForm
          onSubmit={(values) => create.mutate(values)}
          isPending={create.isPending}
          error={create.error}
          onClose={onClose}
        />
      )}
    </Modal>
  );
}

function KeyForm(props: {
  readonly onSubmit: (values: NewApiKey) => void;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly onClose: () => void;
}) {
  const { onSubmit, isPending, error, onClose } = props;
  const { t } = useTranslation();
  const [values, setValues] = useState(EMPTY);
  const [days, setDays] = useState<string | null>(null);
  const sources = useQuery({ queryKey: ['source-names'], queryFn: () => listSources(null) });
  const set = (change: Partial<NewApiKey>) => setValues((before) => ({ ...before, ...change }));
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const expiresAt = days === null ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString();
    onSubmit({ ...values, name: values.name.trim(), expiresAt });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('keys.name')}
          description={t('keys.nameText')}
          required
          maxLength={MAX_UNITS}
          value={values.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          data-autofocus
        />
        <Select
          label={t('keys.role')}
          data={ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))}
          value={values.role}
          onChange={(role) => set({ role: role ?? 'viewer', ...(role === 'viewer' ? { pushOnly: false } : {}) })}
          allowDeselect={false}
        />
        <Text size="xs" c="dimmed" mt={-8}>
          {t(`roleText.${values.role}`)}
        </Text>
        <Select
          label={t('keys.source')}
          placeholder={t('keys.anySource')}
          data={(sources.data?.items ?? []).map((source) => source.name)}
          value={values.source}
          onChange={(source) => set({ source })}
          clearable
          clearButtonProps={{ 'aria-label': t('common.clear') }}
        />
        <Select
          label={t('keys.expires')}
          placeholder={t('keys.never')}
          data={['30', '90', '365'].map((value) => ({ value, label: t('keys.days', { count: Number(value) }) }))}
          value={days}
          onChange={setDays}
          clearable
          clearButtonProps={{ 'aria-label': t('common.clear') }}
        />
        <Checkbox
          label={t('keys.pushOnly')}
          description={t('keys.pushOnlyText')}
          disabled={values.role === 'viewer'}
          checked={values.pushOnly}
          onChange={(event) => set({ pushOnly: event.currentTarget.checked })}
        />
        {error && <ProblemAlert error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={isPending} disabled={values.name.trim() === ''}>
            {t('keys.create')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
