import { Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch, IconUsers } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { listUsers } from '../../api/targets.js';
import type { UserView } from '../../api/types.js';
import { usePages } from '../../api/use-pages.js';
import { type Column, DataTable } from '../../ui/data-table.js';
import { EmptyState } from '../../ui/empty-state.js';
import { Moment } from '../../ui/moment.js';
import { MoreButton } from '../../ui/more-button.js';
import { PageHeader } from '../../ui/page-header.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { PersonBadges } from './person-badges.js';
import { personName } from '../../ui/person-name.js';

const ACTIVE = { all: undefined, active: 'true', inactive: 'false' } as const;

/** Everyone that the application knows, with a search. */
export function People() {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), 300);
  const [show, setShow] = useState<keyof typeof ACTIVE>('all');
  const filter = { search: search || undefined, active: ACTIVE[show] };
  const pages = usePages(['users', filter], (cursor) => listUsers(filter, cursor));
  const columns = useColumns();
  const isFiltered = search !== '' || show !== 'all';
  return (
    <>
      <PageHeader title={t('nav.people')} text={t('people.text')} />
      <Group mb="md" gap="sm">
        <TextInput
          type="search"
          w={{ base: '100%', xs: 320 }}
          aria-label={t('people.search')}
          placeholder={t('people.search')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <SegmentedControl
          aria-label={t('people.show')}
          value={show}
          onChange={(value) => setShow(value)}
          data={[
            { value: 'all', label: t('people.all') },
            { value: 'active', label: t('people.active') },
            { value: 'inactive', label: t('people.inactive') },
          ]}
        />
      </Group>
      {pages.error && <ProblemAlert error={pages.error} />}
      {!pages.isLoading && !pages.error && pages.items.length === 0 && (
        <EmptyState
          icon={IconUsers}
          title={t(isFiltered ? 'people.noneFound' : 'people.none')}
          text={t(isFiltered ? 'people.noneFoundText' : 'people.noneText')}
        />
      )}
      {(pages.isLoading || pages.items.length > 0) && (
        <DataTable
          label={t('nav.people')}
          columns={columns}
          rows={pages.items}
          rowKey={(user) => user.id}
          isLoading={pages.isLoading}
        />
      )}
      <MoreButton pages={pages} />
    </>
  );
}

function useColumns(): readonly Column<UserView>[] {
  const { t } = useTranslation();
  return [
    { id: 'name', header: t('people.name'), lead: true, cell: (user) => <Named user={user} /> },
    { id: 'email', header: t('people.email'), cell: (user) => <Small text={user.email} /> },
    { id: 'title', header: t('people.title'), cell: (user) => <Small text={user.title} /> },
    { id: 'state', header: t('people.state'), cell: (user) => <PersonBadges user={user} /> },
    {
      id: 'updated',
      header: t('people.updated'),
      wideOnly: true,
      cell: (user) => (
        <Text size="sm" component="span">
          <Moment at={user.updatedAt} />
        </Text>
      ),
    },
  ];
}

function Named({ user }: { readonly user: UserView }) {
  return (
    <Stack gap={0}>
      <Link href={`/people/${user.id}`} className="row-link">
        {personName(user)}
      </Link>
      <Text size="xs" c="dimmed" className="break">
        {user.username ?? ''}
      </Text>
    </Stack>
  );
}

function Small({ text }: { readonly text: string | null }) {
  return (
    <Text size="sm" className="break">
      {text ?? '–'}
    </Text>
  );
}
