import { Combobox, Text } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { FoundChoices } from './use-choices.js';

/** The list of a reference's combobox. Each option has its position as value and as the end of its id. */
export function ReferenceOptions(props: {
  /** The id of the input; the ids of list and options begin with it. */
  readonly id: string;
  readonly found: FoundChoices;
  readonly active: number | null;
  /** The id that is chosen. */
  readonly chosen: string;
}) {
  const { id, found, active, chosen } = props;
  const { t } = useTranslation();
  useEffect(() => {
    if (active !== null) document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: 'nearest' });
  }, [id, active]);
  return (
    <Combobox.Options id={`${id}-list`} labelledBy={`${id}-label`} mah={240} style={{ overflowY: 'auto' }}>
      {found.options.map((option, position) => (
        <Combobox.Option
          key={option.id}
          id={`${id}-${position}`}
          value={String(position)}
          active={option.id === chosen}
          selected={position === active}
          aria-selected={position === active}
        >
          <Text size="sm" className="break">
            {option.name}
          </Text>
          <Text size="xs" c={position === active ? 'inherit' : 'dimmed'} className="break">
            {[option.detail, option.isActive ? '' : t('people.inactive')].filter(Boolean).join(' · ')}
          </Text>
        </Combobox.Option>
      ))}
    </Combobox.Options>
  );
}
