import { NumberInput, Select, SimpleGrid, Stack, Switch, TagsInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SourceValues } from '../../api/sources.js';
import { PlaceholderFields } from './placeholder-fields.js';
import { ScheduleFields } from './schedule-fields.js';

/** What every source has, whatever its type; without the options. */
export type GeneralValues = Omit<SourceValues, 'config'>;

/** The values of a source that is new. */
export const NEW_SOURCE: GeneralValues = {
  title: '',
  enabled: true,
  matchKeys: [],
  priority: 0,
  schedule: null,
  removal: 'deactivate',
  guard: {},
  rawLog: true,
  redact: [],
  placeholders: { add: [], remove: [] },
};

const REMOVALS = ['deactivate', 'delete', 'keep'] as const;

/** Schedule, matching, removal, guard, log, placeholders. */
export function RuleFields(props: {
  readonly values: GeneralValues;
  readonly onChange: (change: Partial<GeneralValues>) => void;
}) {
  const { values, onChange } = props;
  const { t } = useTranslation();
  const guard = values.guard as { maxPercent?: number; maxRecords?: number; applySafeChanges?: boolean };
  const setGuard = (name: string, value: unknown) => {
    const rest = Object.fromEntries(Object.entries(guard).filter(([key]) => key !== name));
    onChange({ guard: value === '' || value === undefined ? rest : { ...rest, [name]: value } });
  };
  return (
    <Stack gap="md">
      <ScheduleFields schedule={values.schedule} onChange={(schedule) => onChange({ schedule })} />
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
        <TagsInput
          label={t('form.matchKeys')}
          description={t('form.matchKeysText')}
          data={['username', 'email', 'phone']}
          value={values.matchKeys}
          onChange={(matchKeys) => onChange({ matchKeys })}
          clearable={false}
        />
        <NumberInput
          label={t('form.priority')}
          description={t('form.priorityText')}
          allowDecimal={false}
          value={values.priority}
          onChange={(value) => onChange({ priority: Number(value) || 0 })}
        />
        <Select
          label={t('form.removal')}
          description={t('form.removalText')}
          allowDeselect={false}
          data={REMOVALS.map((value) => ({ value, label: t(`removal.${value}`) }))}
          value={values.removal}
          onChange={(value) => onChange({ removal: value ?? 'deactivate' })}
        />
        <TagsInput
          label={t('form.redact')}
          description={t('form.redactText')}
          value={values.redact}
          onChange={(redact) => onChange({ redact })}
          clearable={false}
        />
        <PlaceholderFields value={values.placeholders} onChange={(placeholders) => onChange({ placeholders })} />
        <NumberInput
          label={t('form.maxPercent')}
          description={t('form.maxPercentText')}
          placeholder="5"
          min={0}
          max={100}
          suffix=" %"
          value={guard.maxPercent ?? ''}
          onChange={(value) => setGuard('maxPercent', value)}
        />
        <NumberInput
          label={t('form.maxRecords')}
          description={t('form.maxRecordsText')}
          placeholder="500"
          min={0}
          allowDecimal={false}
          value={guard.maxRecords ?? ''}
          onChange={(value) => setGuard('maxRecords', value)}
        />
      </SimpleGrid>
      <Switch
        label={t('form.applySafeChanges')}
        description={t('form.applySafeChangesText')}
        checked={guard.applySafeChanges ?? false}
        onChange={(event) => setGuard('applySafeChanges', event.currentTarget.checked || undefined)}
      />
      <Switch
        label={t('form.rawLog')}
        description={t('form.rawLogText')}
        checked={values.rawLog}
        onChange={(event) => onChange({ rawLog: event.currentTarget.checked })}
      />
    </Stack>
  );
}
