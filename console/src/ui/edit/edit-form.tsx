import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EditProblem, EditTarget } from '../../api/edit.js';
import { toProblem } from '../../api/problem.js';
import { ProblemAlert } from '../problem-alert.js';
import { decideEdit, type Typed } from './decide-edit.js';
import type { EditField } from './edit-field.js';
import { sortProblems } from './sort-problems.js';
import { SuppliedBy } from './supplied-by.js';
import { supplierOf, type Suppliers } from './supplier.js';
import { useEdit } from './use-edit.js';

/** The fields of a person or department, each with its present value; only what was changed is sent. */
export function EditForm(props: {
  readonly target: EditTarget;
  readonly name: string;
  readonly fields: readonly EditField[];
  readonly suppliers: Suppliers;
  readonly onClose: () => void;
}) {
  const { target, name, fields, suppliers, onClose } = props;
  const { t } = useTranslation();
  const [typed, setTyped] = useState<Typed>({});
  const edit = useEdit(target);
  const change = decideEdit(fields, typed);
  const problems = problemsOf(edit);
  const { byField } = sortProblems(
    problems,
    fields.map((field) => field.name),
  );
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [edit.data, edit.error]);
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (change === null) return;
    edit.mutate(change, {
      onSuccess: (answer) => {
        if (answer.problems.length === 0) onClose();
      },
    });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      title={t('edit.title', { name })}
    >
      <form ref={form} onSubmit={save} noValidate>
        <Stack>
          <Text size="sm">{t('edit.text')}</Text>
          {fields.map((field) => (
            <TextInput
              key={field.name}
              label={field.label}
              description={<SuppliedBy supplier={supplierOf(suppliers, field.name)} />}
              withAsterisk={field.isRequired ?? false}
              inputMode={field.type === 'number' ? 'decimal' : 'text'}
              autoComplete="off"
              value={typed[field.name] ?? field.value}
              error={byField.get(field.name)}
              onChange={(event) => setTyped({ ...typed, [field.name]: event.currentTarget.value })}
            />
          ))}
          {edit.error && <ProblemAlert error={edit.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" disabled={change === null} loading={edit.isPending}>
              {t('form.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** What the last answer says of single fields: those that were left out, or those that were refused. */
function problemsOf({ data, error }: ReturnType<typeof useEdit>): readonly EditProblem[] {
  if (error) return toProblem(error).errors.map(({ path, message }) => ({ field: path, code: null, message }));
  return data?.problems ?? [];
}
