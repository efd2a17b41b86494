import { Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SourceValues } from '../../api/sources.js';

type Schedule = SourceValues['schedule'];

const PRESETS = { nightly: '30 2 * * *', hourly: '0 * * * *', quarter: '*/15 * * * *' } as const;
const ZONES = Intl.supportedValuesOf('timeZone');

/** When the source syncs by itself. */
export function ScheduleFields(props: {
  readonly schedule: Schedule;
  readonly onChange: (schedule: Schedule) => void;
}) {
  const { schedule, onChange } = props;
  const { t } = useTranslation();
  const preset = Object.entries(PRESETS).find(([, cron]) => cron === schedule?.cron)?.[0] ?? 'own';
  const choose = (value: string | null) => {
    if (value === null || value === 'none') return onChange(null);
    const cron = value === 'own' ? (schedule?.cron ?? '0 6 * * 1-5') : PRESETS[value as keyof typeof PRESETS];
    return onChange({ cron, timezone: schedule?.timezone ?? zoneHere(), deltaCron: schedule?.deltaCron ?? null });
  };
  return (
    <Stack gap="sm">
      <Select
        label={t('form.schedule')}
        description={t('form.scheduleText')}
        allowDeselect={false}
        data={(['none', 'nightly', 'hourly', 'quarter', 'own'] as const).map((value) => ({
          value,
          label: t(`schedule.${value}`),
        }))}
        value={schedule === null ? 'none' : preset}
        onChange={choose}
      />
      {schedule !== null && (
        <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md">
          <TextInput
            label={t('form.cron')}
            description={t('form.cronText')}
            required
            value={schedule.cron}
            onChange={(event) => onChange({ ...schedule, cron: event.currentTarget.value })}
          />
          <TextInput
            label={t('form.deltaCron')}
            description={t('form.deltaCronText')}
            value={schedule.deltaCron ?? ''}
            onChange={(event) => onChange({ ...schedule, deltaCron: event.currentTarget.value || null })}
          />
          <Select
            label={t('form.timezone')}
            description={t('form.timezoneText')}
            searchable
            limit={50}
            allowDeselect={false}
            data={ZONES.includes(schedule.timezone) ? ZONES : [schedule.timezone, ...ZONES]}
            value={schedule.timezone}
            onChange={(timezone) => onChange({ ...schedule, timezone: timezone ?? 'UTC' })}
          />
        </SimpleGrid>
      )}
    </Stack>
  );
}

const zoneHere = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
