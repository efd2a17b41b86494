import { Badge, Switch } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { changeSource } from '../../api/sources.js';
import type { SourceOverview } from '../../api/types.js';
import { useMay } from '../../app/session-context.js';
import { showProblem } from '../../ui/show-problem.js';

/** Whether a source is enabled; a switch for who may change it. */
export function EnabledSwitch({ source }: { readonly source: SourceOverview }) {
  const { t } = useTranslation();
  const isAdmin = useMay('admin');
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (enabled: boolean) => changeSource(source.name, { enabled }),
    onError: showProblem,
    onSettled: () => client.invalidateQueries({ queryKey: ['sources'] }),
  });
  const enabled = change.isPending ? change.variables : source.enabled;
  if (!isAdmin) {
    return (
      <Badge variant="light" color={enabled ? 'teal' : 'gray'} className="status-badge">
        {t(enabled ? 'sources.on' : 'sources.off')}
      </Badge>
    );
  }
  return (
    <Switch
      checked={enabled}
      onChange={(event) => change.mutate(event.currentTarget.checked)}
      aria-label={t('sources.enable', { name: source.title })}
    />
  );
}
