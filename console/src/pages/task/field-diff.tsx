import { Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

type Fields = Readonly<Record<string, unknown>> | null;

/** The fields that change, before and after. */
export function FieldDiff(props: {
  readonly before: Fields;
  readonly after: Fields;
  readonly names: Readonly<Record<string, string>>;
}) {
  const { before, after, names } = props;
  const { t } = useTranslation();
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  if (fields.length === 0) return null;
  return (
    <Table.ScrollContainer type="native" tabIndex={0} minWidth={280}>
      <Table verticalSpacing={4} withRowBorders={false} layout="fixed" aria-label={t('changes.fields')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="26%">{t('changes.field')}</Table.Th>
            <Table.Th>{t('changes.before')}</Table.Th>
            <Table.Th>{t('changes.after')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {fields.map((field) => (
            <Table.Tr key={field}>
              <Table.Th scope="row" fw={400} className="break">
                {field}
              </Table.Th>
              <Table.Td className="break">
                <Value value={before?.[field]} names={names} isBefore />
              </Table.Td>
              <Table.Td className="break">
                <Value value={after?.[field]} names={names} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Value(props: {
  readonly value: unknown;
  readonly names: Readonly<Record<string, string>>;
  readonly isBefore?: boolean;
}) {
  const { value, names, isBefore = false } = props;
  if (value === undefined || value === null || value === '') {
    return (
      <Text size="sm" c="dimmed" component="span">
        –
      </Text>
    );
  }
  const text = typeof value === 'string' ? (names[value] ?? value) : JSON.stringify(value);
  return (
    <Text size="sm" component={isBefore ? 'del' : 'span'} className={isBefore ? 'before' : ''}>
      {text}
    </Text>
  );
}
