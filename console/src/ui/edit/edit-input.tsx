import { TextInput } from '@mantine/core';
import type { EditTarget } from '../../api/edit.js';
import type { EditField } from './edit-field.js';
import { ReferenceInput } from './reference-input.js';
import { SuppliedBy } from './supplied-by.js';
import { supplierOf, type Suppliers } from './supplier.js';

/** The input of one field, with the source that supplies its value. */
export function EditInput(props: {
  readonly field: EditField;
  readonly target: EditTarget;
  readonly value: string;
  readonly suppliers: Suppliers;
  readonly error: string | undefined;
  readonly onChange: (text: string) => void;
}) {
  const { field, target, value, suppliers, error, onChange } = props;
  const description = <SuppliedBy supplier={supplierOf(suppliers, field.name)} />;
  if (field.type === 'reference') {
    return <ReferenceInput {...{ field, value, description, error, onChange }} self={target.id} />;
  }
  return (
    <TextInput
      label={field.label}
      description={description}
      withAsterisk={field.isRequired ?? false}
      inputMode={field.type === 'number' ? 'decimal' : 'text'}
      autoComplete="off"
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
