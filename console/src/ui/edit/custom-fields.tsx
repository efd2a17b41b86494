import { Card, Table, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { FieldRow } from './field-row.js';
import { listCustomFields } from './list-custom-fields.js';
import type { Supply } from './use-supply.js';

/** The custom fields of a person or department, those that were cleared by hand too; nothing where there are none. */
export function CustomFields(props: {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly supply: Supply;
}) {
  const { attributes, supply } = props;
  const { t } = useTranslation();
  const fields = listCustomFields(attributes, supply.suppliers);
  if (fields.length === 0) return null;
  return (
    <Card>
      <Title order={2} mb="sm">
        {t('person.attributes')}
      </Title>
      <Table aria-label={t('person.attributes')} layout="fixed">
        <Table.Tbody>
          {fields.map(({ name, label, text }) => (
            <FieldRow key={name} label={label} name={name} supply={supply}>
              {text}
            </FieldRow>
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}
