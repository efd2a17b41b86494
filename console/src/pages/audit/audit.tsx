import { Code, Group, Select, Stack, Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { type AuditEntry, listAudit } from '../../api/admin.js';
import { usePages } from '../../api/use-pages.js';
import { type Column, DataTable } from '../../ui/data-table.js';
import { EmptyState } from '../../ui/empty-state.js';
import { Moment } from '../../ui/moment.js';
import { MoreButton } from '../../ui/more-button.js';
import { PageHeader } from '../../ui/page-header.js';
import { ProblemAlert } from '../../ui/problem-alert.js';

const TYPES = ['source', 'task', 'user', 'key'] as const;

/** Who did what, when. */
export function Audit() {
  const { t } = useTranslation();
  const [type, setType] = useState<string | null>(null);
  const pages = usePages(['audit', type], (cursor) => listAudit(type ?? undefined, cursor));
  const columns = useColumns();
  return (
    <>
      <PageHeader title={t('nav.audit')} text={t('audit.text')} />
      <Group mb="md">
        <Select
          aria-label={t('audit.about')}
          placeholder={t('audit.anything')}
          data={TYPES.map((value) => ({ value, label: t(`audit.${value}`) }))}
          value={type}
          onChange={setType}
          clearable
          clearButtonProps={{ 'aria-label': t('common.clear') }}
          w={200}
        />
      </Group>
      {pages.error && <ProblemAlert error={pages.error} />}
      {!pages.isLoading && !pages.error && pages.items.length === 0 && (
        <EmptyState icon={IconHistory} title={t('audit.none')} text={t('audit.noneText')} />
      )}
      {(pages.isLoading || pages.items.length > 0) && (
        <DataTable
          label={t('nav.audit')}
          columns={columns}
          rows={pages.items}
          rowKey={(entry) => entry.id}
          isLoading={pages.isLoading}
        />
      )}
      <MoreButton pages={pages} />
    </>
  );
}

function useColumns(): readonly Column<AuditEntry>[] {
  const { t } = useTranslation();
  return [
    { id: 'what', header: t('audit.deed'), lead: true, cell: (entry) => <What entry={entry} /> },
    { id: 'object', header: t('audit.about'), cell: (entry) => <About entry={entry} /> },
    {
      id: 'who',
      header: t('audit.who'),
      cell: (entry) => (
        <Stack gap={0}>
          <Text size="sm" className="break">
            {entry.actor}
          </Text>
          <Text size="xs" c="dimmed">
            {entry.address ?? ''}
          </Text>
        </Stack>
      ),
    },
    { id: 'detail', header: t('audit.detail'), wideOnly: true, cell: (entry) => <Detail entry={entry} /> },
    { id: 'when', header: t('audit.when'), cell: (entry) => <Moment at={entry.at} /> },
  ];
}

function What({ entry }: { readonly entry: AuditEntry }) {
  return (
    <Text size="sm" fw={600}>
      {entry.action}
    </Text>
  );
}

const PAGES: Readonly<Record<string, string>> = { task: '/tasks', user: '/people' };

/** The thing itself, where it has a screen. */
function About({ entry }: { readonly entry: AuditEntry }) {
  const name = typeof entry.detail['name'] === 'string' ? entry.detail['name'] : entry.objectId;
  const page = PAGES[entry.objectType];
  if (page === undefined) return <Text size="sm" className="break">{`${entry.objectType} ${name}`}</Text>;
  return (
    <Link href={`${page}/${entry.objectId}`} className="row-link">
      <Text size="sm" className="break" component="span">{`${entry.objectType} ${name.slice(0, 8)}`}</Text>
    </Link>
  );
}

function Detail({ entry }: { readonly entry: AuditEntry }) {
  const text = JSON.stringify(entry.detail);
  if (text === '{}') return null;
  return <Code className="break">{text.length > 160 ? `${text.slice(0, 160)}…` : text}</Code>;
}
