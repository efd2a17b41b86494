import { Button, Skeleton } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'wouter';
import { changeSource, listSourceTypes, readSource } from '../../api/sources.js';
import type { SourceView } from '../../api/types.js';
import { PageHeader } from '../../ui/page-header.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { showDone } from '../../ui/show-problem.js';
import { DeleteSource } from '../sources/delete-source.js';
import { type GeneralValues, NEW_SOURCE } from './rule-fields.js';
import { SourceForm } from './source-form.js';

/** Changes a source; secrets that are left alone stay. */
export function ConfigureSource() {
  const { t } = useTranslation();
  const { name } = useParams<{ name: string }>();
  const source = useQuery({
    queryKey: ['source', name],
    queryFn: () => readSource(name),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (source.error) return <ProblemAlert error={source.error} onRetry={() => void source.refetch()} />;
  return (
    <>
      <PageHeader
        title={source.data?.title ?? name}
        trail={[{ href: '/sources', label: t('nav.sources') }]}
        text={source.data ? `${source.data.name} · ${source.data.type}` : ''}
      />
      {source.data ? <Form key={source.data.updatedAt} source={source.data} /> : <Skeleton h={400} />}
    </>
  );
}

function Form({ source }: { readonly source: SourceView }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [deleting, setDeleting] = useState(false);
  const types = useQuery({ queryKey: ['source-types'], queryFn: listSourceTypes, staleTime: Number.POSITIVE_INFINITY });
  const type = types.data?.find((one) => one.type === source.type);
  if (types.error) return <ProblemAlert error={types.error} />;
  if (!type) return types.isPending ? <Skeleton h={400} /> : <ProblemAlert error={new Error(t('form.noAdapter'))} />;
  return (
    <>
      <SourceForm
        type={type}
        existing={source.name}
        initial={{ name: source.name, general: generalOf(source), config: source.config }}
        onSave={async ({ general, config }) => {
          const saved = await changeSource(source.name, { ...general, config });
          client.setQueryData(['source', source.name], saved);
          await client.invalidateQueries({ queryKey: ['sources'] });
          showDone(t('form.saved'));
        }}
        aside={
          <Button
            variant="subtle"
            className="danger"
            color="red"
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => setDeleting(true)}
          >
            {t('sources.delete')}
          </Button>
        }
      />
      {deleting && <DeleteSource source={source} onClose={() => setDeleting(false)} />}
    </>
  );
}

function generalOf(source: SourceView): GeneralValues {
  const names = Object.keys(NEW_SOURCE) as (keyof GeneralValues)[];
  return Object.fromEntries(names.map((name) => [name, source[name]])) as unknown as GeneralValues;
}
