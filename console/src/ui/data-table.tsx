import { Box, Card, Group, Skeleton, Stack, Table, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { type ReactNode, useDeferredValue } from 'react';

/** A column: on narrow screens its header stands before each value, and `lead` columns come first, without it. */
export interface Column<Row> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  readonly lead?: boolean;
  readonly align?: 'right';
  /** On narrow screens it stands last, over the whole width, without its header. */
  readonly foot?: boolean;
  /** Say nothing on narrow screens. */
  readonly wideOnly?: boolean;
}

const FIRST_ROWS = 15;

/** A table that becomes a list of cards where there is no room for one. */
export function DataTable<Row>(props: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly isLoading?: boolean;
}) {
  const isNarrow = useMediaQuery('(max-width: 62em)', false, { getInitialValueInEffect: false });
  // What fits on a screen is drawn at once, the rest when the browser has time.
  const drawn = useDeferredValue(props.rows.length, Math.min(FIRST_ROWS, props.rows.length));
  if (props.isLoading) return <Waiting />;
  const shown = { ...props, rows: props.rows.slice(0, Math.max(drawn, FIRST_ROWS)) };
  return isNarrow ? <Cards {...shown} /> : <Wide {...shown} />;
}

type Shown<Row> = Parameters<typeof DataTable<Row>>[0];

function Wide<Row>({ label, columns, rows, rowKey }: Shown<Row>) {
  return (
    <Card padding={0}>
      <Table.ScrollContainer type="native" tabIndex={0} minWidth={700}>
        <Table aria-label={label} verticalSpacing="sm" horizontalSpacing="md" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              {columns.map(({ id, header, align }) => (
                <Table.Th key={id} ta={align ?? 'left'} scope="col">
                  <Text size="xs" c="dimmed" fw={600} component="span">
                    {header}
                  </Text>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={rowKey(row)}>
                {columns.map(({ id, cell, align }) => (
                  <Table.Td key={id} ta={align ?? 'left'}>
                    {cell(row)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

function Cards<Row>({ label, columns, rows, rowKey }: Shown<Row>) {
  const leads = columns.filter(({ lead }) => lead);
  const rest = columns.filter(({ lead, wideOnly, foot }) => !lead && !wideOnly && !foot);
  return (
    <Stack gap="sm" component="ul" aria-label={label} p={0} m={0} style={{ listStyle: 'none' }}>
      {rows.map((row) => (
        <Card key={rowKey(row)} component="li" padding="md">
          <Stack gap={6}>
            {leads.map(({ id, cell }) => (
              <Box key={id}>{cell(row)}</Box>
            ))}
            {rest.map(({ id, header, cell }) => (
              <Group key={id} justify="space-between" gap="xs" align="baseline">
                <Text size="xs" c="dimmed">
                  {header}
                </Text>
                <Box ta="right" maw="75%" fz="sm" className="break card-value">
                  {cell(row)}
                </Box>
              </Group>
            ))}
            {columns
              .filter(({ foot }) => foot)
              .map(({ id, cell }) => (
                <Box key={id} mt={4}>
                  {cell(row)}
                </Box>
              ))}
          </Stack>
        </Card>
      ))}
    </Stack>
  );
}

function Waiting() {
  return (
    <Stack gap="xs">
      {[1, 2, 3, 4].map((one) => (
        <Skeleton key={one} h={54} radius="md" />
      ))}
    </Stack>
  );
}
