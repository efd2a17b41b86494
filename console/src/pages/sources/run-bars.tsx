import { Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { RecentTask } from '../../api/types.js';
import { formatAge, formatNumber } from '../../i18n/format.js';
import { STATUS_COLOURS } from '../../ui/status-colours.js';

/** The last 14 tasks as bars, the newest on the right: the colour is the status, the height how much changed. */
export function RunBars({ tasks }: { readonly tasks: readonly RecentTask[] }) {
  const { t } = useTranslation();
  if (tasks.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('sources.noTasks')}
      </Text>
    );
  }
  const most = Math.max(...tasks.map(weight), 1);
  return (
    <div className="run-bars" role="group" aria-label={t('sources.recent')}>
      {[...tasks].reverse().map((task) => (
        <Link
          key={task.id}
          href={`/tasks/${task.id}`}
          className="run-bar"
          title={said(t, task)}
          aria-label={`${t(`status.${task.status}`)}, ${formatAge(task.queuedAt)}`}
          style={
            {
              '--bar': `var(--mantine-color-${STATUS_COLOURS[task.status]}-6)`,
              height: `${6 + Math.round((22 * weight(task)) / most)}px`,
            } as CSSProperties
          }
        />
      ))}
    </div>
  );
}

/** A thousand changes must not make ten invisible. */
const weight = (task: RecentTask) => Math.log2(1 + task.changed);

/** Hundreds of bars stand on the screen: the browser's own hints cost nothing. */
function said(t: TFunction, { status, changed, failed, queuedAt }: RecentTask): string {
  const parts = [
    `${t(`status.${status}`)} · ${formatAge(queuedAt)}`,
    t('sources.changed', { count: changed, number: formatNumber(changed) }),
    ...(failed > 0 ? [t('sources.notDone', { count: failed, number: formatNumber(failed) })] : []),
  ];
  return parts.join('\n');
}
