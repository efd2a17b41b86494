import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';
import { VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Dashboard } from '../../api/types.js';
import { formatDay, formatNumber } from '../../i18n/format.js';

/** Created, updated and removed per day; the same as a table for screen readers. */
export function ChangesChart({ days }: { readonly days: Dashboard['days'] }) {
  const { t } = useTranslation();
  const data = days.map(({ day, created, updated, removed }) => ({ day: formatDay(day), created, updated, removed }));
  return (
    <>
      <div aria-hidden>
        <BarChart
          h={240}
          data={data}
          dataKey="day"
          type="stacked"
          withLegend
          valueFormatter={formatNumber}
          series={[
            { name: 'created', label: t('count.created'), color: 'teal.6' },
            { name: 'updated', label: t('count.updated'), color: 'blue.6' },
            { name: 'removed', label: t('count.removed'), color: 'red.6' },
          ]}
          barChartProps={{ accessibilityLayer: false }}
        />
      </div>
      <VisuallyHidden>
        <table>
          <caption>{t('dashboard.changes')}</caption>
          <thead>
            <tr>
              <th>{t('dashboard.day')}</th>
              <th>{t('count.created')}</th>
              <th>{t('count.updated')}</th>
              <th>{t('count.removed')}</th>
            </tr>
          </thead>
          <tbody>
            {data.map(({ day, created, updated, removed }) => (
              <tr key={day}>
                <th>{day}</th>
                <td>{formatNumber(created)}</td>
                <td>{formatNumber(updated)}</td>
                <td>{formatNumber(removed)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </>
  );
}
