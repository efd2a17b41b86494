import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useMovingTasks } from '../../api/live-tasks.js';
import { listLinkCounts, listSources } from '../../api/sources.js';
import { usePages } from '../../api/use-pages.js';
import { useMay } from '../../app/session-context.js';
import { DataTable } from '../../ui/data-table.js';
import { MoreButton } from '../../ui/more-button.js';
import { PageHeader } from '../../ui/page-header.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { FirstSteps } from './first-steps.js';
import { useSourceColumns } from './source-columns.js';

/** What no event tells (a source that was added elsewhere) is seen after this long. */
const READ_AGAIN_MS = 20_000;

/** Every source at a glance, with what can be done. */
export function Sources() {
  const { t } = useTranslation();
  const isAdmin = useMay('admin');
  useMovingTasks();
  const pages = usePages(['sources'], listSources, () => READ_AGAIN_MS);
  const links = useQuery({ queryKey: ['link-counts'], queryFn: listLinkCounts });
  const columns = useSourceColumns(links.data ?? null);
  const hasOnlyPush = pages.items.every((source) => source.type === 'push' && source.recentTasks.length === 0);
  return (
    <>
      <PageHeader title={t('nav.sources')} text={t('sources.text')}>
        {isAdmin && (
          <Button component={Link} href="/sources/new" leftSection={<IconPlus size={17} aria-hidden />}>
            {t('sources.add')}
          </Button>
        )}
      </PageHeader>
      {pages.error && <ProblemAlert error={pages.error} />}
      {!pages.isLoading && !pages.error && hasOnlyPush && <FirstSteps />}
      {(pages.isLoading || pages.items.length > 0) && (
        <DataTable
          label={t('nav.sources')}
          columns={columns}
          rows={pages.items}
          rowKey={(source) => source.name}
          isLoading={pages.isLoading}
        />
      )}
      <MoreButton pages={pages} />
    </>
  );
}
