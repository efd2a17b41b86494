import { Button } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EditTarget } from '../../api/edit.js';
import { useMay } from '../../app/session-context.js';
import type { EditField } from './edit-field.js';
import { EditForm } from './edit-form.js';
import type { Suppliers } from './supplier.js';

/** Opens the form in which an admin edits fields by hand; nothing for other roles. */
export function EditButton(props: {
  readonly target: EditTarget;
  /** What the person or department is called. */
  readonly name: string;
  readonly fields: readonly EditField[];
  readonly suppliers: Suppliers;
}) {
  const { t } = useTranslation();
  const isAdmin = useMay('admin');
  const [isOpen, setOpen] = useState(false);
  if (!isAdmin) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconPencil size={16} aria-hidden />} onClick={() => setOpen(true)}>
        {t('edit.edit')}
      </Button>
      {isOpen && <EditForm {...props} onClose={() => setOpen(false)} />}
    </>
  );
}
