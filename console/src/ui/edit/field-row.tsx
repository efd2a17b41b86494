import { Button, Group, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { SuppliedBy } from './supplied-by.js';
import { MANUAL, supplierOf } from './supplier.js';
import type { Supply } from './use-supply.js';

/** A field with its value. One with a name also shows the source that supplies it and, if edited by hand, its reset. */
export function FieldRow(props: {
  readonly label: string;
  readonly children: ReactNode;
  /** Its name in the API; missing where no source supplies such a field. */
  readonly name?: string;
  readonly supply?: Supply;
}) {
  const { label, children, name, supply } = props;
  return (
    <Table.Tr>
      <Table.Th scope="row" w="38%" fw={400} className="break">
        <Text size="sm" c="dimmed">
          {label}
        </Text>
      </Table.Th>
      <Table.Td className="break" tabIndex={-1}>
        <Text size="sm" component="div">
          {children ?? '–'}
        </Text>
        {name !== undefined && supply && <Origin name={name} label={label} supply={supply} />}
      </Table.Td>
    </Table.Tr>
  );
}

function Origin(props: { readonly name: string; readonly label: string; readonly supply: Supply }) {
  const { name, label, supply } = props;
  const { t } = useTranslation();
  const supplier = supplierOf(supply.suppliers, name);
  const { reset } = supply;
  if (supplier === undefined) return null;
  return (
    <Group gap="xs">
      <SuppliedBy supplier={supplier} />
      {supplier.source === MANUAL && reset && (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={t('edit.resetField', { field: label })}
          loading={supply.resetting === name}
          onClick={({ currentTarget }) => {
            reset(name);
            // The button goes with the edit; the keyboard stays at the field.
            currentTarget.closest('td')?.focus();
          }}
        >
          {t('edit.reset')}
        </Button>
      )}
    </Group>
  );
}
