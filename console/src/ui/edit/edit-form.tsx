import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EditTarget } from '../../api/edit.js';
import { ProblemAlert } from '../problem-alert.js';
import { decideEdit, type Typed } from './decide-edit.js';
import type { EditField } from './edit-field.js';
import { EditInput } from './edit-input.js';
import { listProblems } from './list-problems.js';
import { sortProblems } from './sort-problems.js';
import type { Suppliers } from './supplier.js';
import { useEdit } from './use-edit.js';
import { useProblemWords } from './use-problem-words.js';

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
  const words = useProblemWords();
  const names = fields.map((field) => field.name);
  const { byField } = sortProblems(listProblems(edit), names, words);
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
            <EditInput
              key={field.name}
              field={field}
              target={target}
              value={typed[field.name] ?? field.value}
              suppliers={suppliers}
              error={byField.get(field.name)}
              onChange={(text) => setTyped({ ...typed, [field.name]: text })}
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
