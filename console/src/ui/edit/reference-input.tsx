import { Combobox, Loader, Text, TextInput, useCombobox } from '@mantine/core';
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import type { Choice } from './choices.js';
import type { ReferenceField } from './edit-field.js';
import { CLOSED, pressKey } from './list-keys.js';
import { ReferenceOptions } from './reference-options.js';
import { useChoices } from './use-choices.js';

/** A combobox with a search that chooses a person or department; ARIA pattern: editable combobox with a list. */
export function ReferenceInput(props: {
  readonly field: ReferenceField;
  /** The id of the edited row, which cannot refer to itself. */
  readonly self: string;
  /** The id that is chosen; empty = none. */
  readonly value: string;
  readonly description: ReactNode;
  readonly error: string | undefined;
  readonly onChange: (id: string) => void;
}) {
  const { field, self, value, description, error, onChange } = props;
  const id = useId();
  const [list, setList] = useState(CLOSED);
  /** What is typed in the search; null = the name of the chosen one is shown. */
  const [typed, setTyped] = useState<string | null>(null);
  const [chosen, setChosen] = useState<Choice | null>(null);
  const found = useChoices(field, { search: typed ?? '', self, isOpen: list.isOpen });
  const combobox = useCombobox({ opened: list.isOpen });
  const isActive = list.active !== null && list.active < found.options.length;
  return (
    <Combobox store={combobox} withinPortal={false} onOptionSubmit={(given) => choose(Number(given))}>
      <Combobox.Target withKeyboardNavigation={false} withAriaAttributes={false}>
        <TextInput
          id={id}
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={list.isOpen}
          aria-controls={list.isOpen ? `${id}-list` : undefined}
          aria-activedescendant={list.isOpen && isActive ? `${id}-${list.active}` : undefined}
          // Keeps the form open when Escape closes the list.
          data-mantine-stop-propagation={list.isOpen || undefined}
          autoComplete="off"
          label={field.label}
          labelProps={{ id: `${id}-label` }}
          description={description}
          error={error}
          placeholder={field.none}
          rightSection={found.isLoading ? <Loader size={16} aria-hidden /> : <Combobox.Chevron />}
          rightSectionPointerEvents="none"
          value={typed ?? nameOf()}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setList({ isOpen: true, active: null });
          }}
          onFocus={(event) => event.currentTarget.select()}
          onClick={() => setList((before) => ({ ...before, isOpen: true }))}
          onBlur={close}
          onKeyDown={press}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <ReferenceOptions id={id} found={found} active={isActive ? list.active : null} chosen={value} />
        {found.message !== null && (
          <Text size="xs" c="dimmed" p="xs" role="status">
            {found.message}
          </Text>
        )}
      </Combobox.Dropdown>
    </Combobox>
  );

  function nameOf(): string {
    if (value === '') return '';
    return chosen?.id === value ? chosen.name : field.valueName;
  }

  function close(): void {
    setList(CLOSED);
    setTyped(null);
  }

  function choose(position: number): void {
    const option = found.options[position];
    if (!option) return;
    setChosen(option);
    onChange(option.id);
    close();
  }

  function press(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    const effect = pressKey(event, list, found.options.length);
    if (!effect) return;
    if (!effect.isNative) event.preventDefault();
    if (effect.chosen !== undefined) choose(effect.chosen);
    else if (effect.state.isOpen) setList(effect.state);
    else close();
  }
}
