import { Group, Text } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { MANUAL, type Supplier } from './supplier.js';

/** Which source supplies a field; a pen where an admin edited it. Nothing where no source supplies it. */
export function SuppliedBy({ supplier }: { readonly supplier: Supplier | undefined }) {
  const { t } = useTranslation();
  if (supplier === undefined) return null;
  return (
    <Group gap={4} component="span" wrap="nowrap" display="inline-flex">
      {supplier.source === MANUAL && <IconPencil size={14} role="img" aria-label={t('edit.byHand')} />}
      <Text size="xs" c="dimmed" component="span" className="break">
        {t('edit.from', { source: supplier.source })}
      </Text>
    </Group>
  );
}
