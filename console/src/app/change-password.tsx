import { Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toProblem } from '../api/problem.js';
import { changePassword } from '../api/session.js';
import { ProblemAlert } from '../ui/problem-alert.js';
import { showDone } from '../ui/show-problem.js';

const NOTHING = { current: '', next: '', again: '' };

/** The form in a dialog of its own. */
export function ChangePassword({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={onClose} title={t('password.change')}>
      <PasswordForm onDone={onClose} onCancel={onClose} />
    </Modal>
  );
}

/** Asks for the present password and a new one; the server decides whether it is good enough. */
export function PasswordForm(props: { readonly onDone: () => void; readonly onCancel?: () => void }) {
  const { onDone, onCancel } = props;
  const { t } = useTranslation();
  const [given, setGiven] = useState(NOTHING);
  const differ = given.again !== '' && given.again !== given.next;
  const change = useMutation({
    mutationFn: () => changePassword(given.current, given.next),
    onSuccess: () => {
      showDone(t('password.done'));
      onDone();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (given.again === given.next) change.mutate();
  };
  const isWrong = change.error !== null && toProblem(change.error).code === 'wrong_password';
  const field = (name: keyof typeof NOTHING, error: string | null) => (
    <PasswordInput
      label={t(`password.${name}`)}
      autoComplete={name === 'current' ? 'current-password' : 'new-password'}
      required
      value={given[name]}
      error={error}
      onChange={(event) => setGiven({ ...given, [name]: event.currentTarget.value })}
      visibilityToggleButtonProps={{ 'aria-label': t('signIn.show'), 'aria-hidden': false, tabIndex: 0 }}
    />
  );
  return (
    <form onSubmit={submit}>
      <Stack>
        {field('current', isWrong ? t('password.wrong') : null)}
        {field('next', null)}
        {field('again', differ ? t('password.differ') : null)}
        <Text size="sm" c="dimmed">
          {t('password.hint')}
        </Text>
        {change.error && !isWrong && <ProblemAlert error={change.error} />}
        <Group justify="flex-end">
          {onCancel && (
            <Button variant="default" onClick={onCancel}>
              {t('common.cancel')}
            </Button>
          )}
          <Button type="submit" loading={change.isPending}>
            {t('password.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
