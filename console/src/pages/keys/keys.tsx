import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type ApiKey, listKeys, revokeKey } from '../../api/admin.js';
import { usePages } from '../../api/use-pages.js';
import { confirm } from '../../ui/confirm.js';
import { type Column, DataTable } from '../../ui/data-table.js';
import { EmptyState } from '../../ui/empty-state.js';
import { Moment } from '../../ui/moment.js';
import { MoreButton } from '../../ui/more-button.js';
import { PageHeader } from '../../ui/page-header.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { showDone, showProblem } from '../../ui/show-problem.js';
import { NewKey } from './new-key.js';

/** API keys: who may call, and how to end it. */
export function Keys() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const pages = usePages(['keys'], listKeys);
  const columns = useColumns();
  return (
    <>
      <PageHeader title={t('nav.keys')} text={t('keys.text')}>
        <Button leftSection={<IconPlus size={17} aria-hidden />} onClick={open}>
          {t('keys.new')}
        </Button>
      </PageHeader>
      {pages.error && <ProblemAlert error={pages.error} />}
      {!pages.isLoading && !pages.error && pages.items.length === 0 && (
        <EmptyState icon={IconKey} title={t('keys.none')} text={t('keys.noneText')} />
      )}
      {(pages.isLoading || pages.items.length > 0) && (
        <DataTable
          label={t('nav.keys')}
          columns={columns}
          rows={pages.items}
          rowKey={(key) => key.id}
          isLoading={pages.isLoading}
        />
      )}
      <MoreButton pages={pages} />
      {opened && <NewKey onClose={close} />}
    </>
  );
}

function useColumns(): readonly Column<ApiKey>[] {
  const { t } = useTranslation();
  return [
    { id: 'name', header: t('keys.name'), lead: true, cell: (key) => <Named apiKey={key} /> },
    { id: 'role', header: t('keys.role'), cell: (key) => <Right apiKey={key} /> },
    { id: 'created', header: t('keys.created'), cell: ({ createdAt }) => <Moment at={createdAt} /> },
    { id: 'used', header: t('keys.used'), cell: ({ lastUsedAt }) => <Moment at={lastUsedAt} /> },
    { id: 'expires', header: t('keys.expires'), cell: ({ expiresAt }) => <Moment at={expiresAt} /> },
    { id: 'actions', header: t('common.actions'), align: 'right', foot: true, cell: (key) => <Revoke apiKey={key} /> },
  ];
}

function Named({ apiKey }: { readonly apiKey: ApiKey }) {
  return (
    <Stack gap={0}>
      <Text size="sm" fw={600} className="break">
        {apiKey.name}
      </Text>
      <Text size="xs" c="dimmed" className="break">
        {apiKey.id}
      </Text>
    </Stack>
  );
}

function Right({ apiKey }: { readonly apiKey: ApiKey }) {
  const { t } = useTranslation();
  const { role, source, pushOnly } = apiKey;
  return (
    <Group gap={6}>
      <Badge variant="light" className="status-badge">
        {t(`role.${role}`)}
      </Badge>
      {source !== null && (
        <Badge variant="light" color="gray" className="status-badge">
          {source}
        </Badge>
      )}
      {pushOnly && (
        <Badge variant="light" color="grape" className="status-badge">
          {t('keys.pushOnly')}
        </Badge>
      )}
    </Group>
  );
}

function Revoke({ apiKey }: { readonly apiKey: ApiKey }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => revokeKey(apiKey.id),
    onSuccess: () => {
      showDone(t('keys.revoked'));
      return client.invalidateQueries({ queryKey: ['keys'] });
    },
    onError: showProblem,
  });
  if (apiKey.revokedAt !== null) {
    return (
      <Badge variant="light" color="gray" className="status-badge">
        {t('keys.revoked')}
      </Badge>
    );
  }
  const ask = () =>
    confirm({
      title: t('keys.revokeTitle', { name: apiKey.name }),
      text: t('keys.revokeText'),
      verb: t('keys.revoke'),
      onConfirm: () => revoke.mutate(),
    });
  return (
    <Button
      size="xs"
      variant="default"
      onClick={ask}
      loading={revoke.isPending}
      aria-label={t('keys.revokeTitle', { name: apiKey.name })}
    >
      {t('keys.revoke')}
    </Button>
  );
}
