import { Button } from '@mantine/core';
import { IconLock, IconLockOpen, IconShield, IconShieldOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Edit } from '../../api/edit.js';
import type { UserDetail } from '../../api/types.js';
import { useMay } from '../../app/session-context.js';
import { confirm } from '../../ui/confirm.js';
import { useEdit } from '../../ui/edit/use-edit.js';
import { personName } from '../../ui/person-name.js';
import { showProblem } from '../../ui/show-problem.js';

/** What an admin decides by hand: locked, protected. */
export function PersonActions({ user }: { readonly user: UserDetail }) {
  const { t } = useTranslation();
  const isAdmin = useMay('admin');
  const { mutate, isPending } = useEdit({ kind: 'user', id: user.id });
  if (!isAdmin) return null;
  const change = (decision: Edit) => mutate(decision, { onError: showProblem });
  const lock = () =>
    confirm({
      title: t('person.lockTitle', { name: personName(user) }),
      text: t('person.lockText'),
      verb: t('person.lock'),
      onConfirm: () => change({ locked: true }),
    });
  const isLocked = user.lockedAt !== null;
  return (
    <>
      <Button
        variant="default"
        leftSection={user.protected ? <IconShieldOff size={16} aria-hidden /> : <IconShield size={16} aria-hidden />}
        onClick={() => change({ protected: !user.protected })}
        disabled={isPending}
      >
        {t(user.protected ? 'person.unprotect' : 'person.protect')}
      </Button>
      <Button
        variant="default"
        leftSection={isLocked ? <IconLockOpen size={16} aria-hidden /> : <IconLock size={16} aria-hidden />}
        onClick={isLocked ? () => change({ locked: false }) : lock}
        disabled={isPending}
      >
        {t(isLocked ? 'person.unlock' : 'person.lock')}
      </Button>
    </>
  );
}
