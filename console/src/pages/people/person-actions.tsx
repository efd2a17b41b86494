import { Button } from '@mantine/core';
import { IconLock, IconLockOpen, IconShield, IconShieldOff } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { changeUser } from '../../api/targets.js';
import type { UserDetail } from '../../api/types.js';
import { useMay } from '../../app/session-context.js';
import { confirm } from '../../ui/confirm.js';
import { showDone, showProblem } from '../../ui/show-problem.js';
import { personName } from '../../ui/person-name.js';

/** What an admin decides by hand: locked, protected. */
export function PersonActions({ user }: { readonly user: UserDetail }) {
  const { t } = useTranslation();
  const isAdmin = useMay('admin');
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (body: { locked?: boolean; protected?: boolean }) => changeUser(user.id, body),
    onSuccess: (changed) => {
      client.setQueryData(['user', user.id], changed);
      void client.invalidateQueries({ queryKey: ['users'] });
      showDone(t('person.changed'));
    },
    onError: showProblem,
  });
  if (!isAdmin) return null;
  const lock = () =>
    confirm({
      title: t('person.lockTitle', { name: personName(user) }),
      text: t('person.lockText'),
      verb: t('person.lock'),
      onConfirm: () => change.mutate({ locked: true }),
    });
  const isLocked = user.lockedAt !== null;
  return (
    <>
      <Button
        variant="default"
        leftSection={user.protected ? <IconShieldOff size={16} aria-hidden /> : <IconShield size={16} aria-hidden />}
        onClick={() => change.mutate({ protected: !user.protected })}
        disabled={change.isPending}
      >
        {t(user.protected ? 'person.unprotect' : 'person.protect')}
      </Button>
      <Button
        variant="default"
        leftSection={isLocked ? <IconLockOpen size={16} aria-hidden /> : <IconLock size={16} aria-hidden />}
        onClick={isLocked ? () => change.mutate({ locked: false }) : lock}
        disabled={change.isPending}
      >
        {t(isLocked ? 'person.unlock' : 'person.lock')}
      </Button>
    </>
  );
}
