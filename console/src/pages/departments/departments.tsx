import { Card, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconBuilding, IconSearch } from '@tabler/icons-react';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useParams } from 'wouter';
import { EmptyState } from '../../ui/empty-state.js';
import { PageHeader } from '../../ui/page-header.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { DepartmentCard } from './department-card.js';
import { FoundDepartments } from './found-departments.js';
import { TreeView } from './tree-view.js';
import { useTree } from './use-tree.js';

/** The tree, a search in it, and the chosen department. */
export function Departments() {
  const { t } = useTranslation();
  const { id = null } = useParams<{ id?: string }>();
  const [, go] = useLocation();
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), 300);
  const tree = useTree();
  const select = useCallback((wanted: string) => go(`/departments/${wanted}`), [go]);
  return (
    <>
      <PageHeader title={t('nav.departments')} text={t('departments.text')} />
      {tree.error !== null && <ProblemAlert error={tree.error} />}
      {tree.isEmpty ? (
        <EmptyState icon={IconBuilding} title={t('departments.none')} text={t('departments.noneText')} />
      ) : (
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
          <Stack gap="sm">
            <TextInput
              type="search"
              aria-label={t('departments.search')}
              placeholder={t('departments.search')}
              leftSection={<IconSearch size={16} aria-hidden />}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            {search === '' ? (
              <TreeView
                rows={tree.rows}
                selected={id}
                onSelect={select}
                onOpen={tree.setOpened}
                onMore={tree.readMore}
              />
            ) : (
              <FoundDepartments
                search={search}
                onChoose={(department) => {
                  tree.reveal(department);
                  setText('');
                  select(department.id);
                }}
              />
            )}
          </Stack>
          {id === null ? (
            <Card>
              <Text c="dimmed">{t('departments.choose')}</Text>
            </Card>
          ) : (
            <DepartmentCard key={id} id={id} onFound={tree.reveal} />
          )}
        </SimpleGrid>
      )}
    </>
  );
}
