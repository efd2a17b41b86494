import { Card, SimpleGrid, Skeleton, Stack, Text, ThemeIcon, UnstyledButton } from '@mantine/core';
import { IconAddressBook, IconDatabase, IconFileSpreadsheet, IconWebhook } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { createSource, listSourceTypes, type SourceType } from '../../api/sources.js';
import { PageHeader } from '../../ui/page-header.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { showDone } from '../../ui/show-problem.js';
import { NEW_SOURCE } from './rule-fields.js';
import { initialConfig } from './prepare-schema.js';
import { SourceForm } from './source-form.js';

/** Adds a source: first its type, then the form. */
export function AddSource() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [type, setType] = useState<SourceType | null>(null);
  return (
    <>
      <PageHeader
        title={type ? t('form.addOf', { type: type.title }) : t('sources.add')}
        trail={[{ href: '/sources', label: t('nav.sources') }]}
        {...(type ? {} : { text: t('form.choose') })}
      />
      {type ? (
        <SourceForm
          type={type}
          initial={{ name: '', general: NEW_SOURCE, config: initialConfig(type.configSchema) }}
          onSave={async ({ name, general, config }) => {
            const title = general.title.trim() || name;
            await createSource({ name, type: type.type, ...general, title, config });
            await client.invalidateQueries({ queryKey: ['sources'] });
            showDone(t('form.created', { name }));
            go('/sources');
          }}
        />
      ) : (
        <TypePicker onChoose={setType} />
      )}
    </>
  );
}

const ICONS: Readonly<Record<string, typeof IconDatabase>> = {
  ldap: IconAddressBook,
  csv: IconFileSpreadsheet,
  push: IconWebhook,
};

function TypePicker({ onChoose }: { readonly onChoose: (type: SourceType) => void }) {
  const types = useQuery({ queryKey: ['source-types'], queryFn: listSourceTypes, staleTime: Number.POSITIVE_INFINITY });
  if (types.error) return <ProblemAlert error={types.error} onRetry={() => void types.refetch()} />;
  if (types.isPending) return <Skeleton h={120} />;
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="md">
      {types.data.map((type) => {
        const Icon = ICONS[type.type] ?? IconDatabase;
        return (
          <UnstyledButton key={type.type} onClick={() => onChoose(type)}>
            <Card h="100%" className="tile">
              <Stack gap="xs">
                <ThemeIcon size="xl" variant="light">
                  <Icon size={24} stroke={1.6} aria-hidden />
                </ThemeIcon>
                <Text fw={650}>{type.title}</Text>
                <Text size="xs" c="dimmed">
                  <Modes type={type} />
                </Text>
              </Stack>
            </Card>
          </UnstyledButton>
        );
      })}
    </SimpleGrid>
  );
}

function Modes({ type }: { readonly type: SourceType }) {
  const { t } = useTranslation();
  return (
    <>
      {type.type} · {type.capabilities.modes.map((mode) => t(`mode.${mode}`)).join(', ')}
    </>
  );
}
