import { Anchor, Group, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { signOut } from '../../api/session.js';
import type { Duty } from '../../api/types.js';
import { PasswordForm } from '../../app/change-password.js';
import { forgetSession } from '../../app/forget-session.js';
import { EnrolSecondFactor } from '../../app/second-factor/enrol-second-factor.js';
import { Entrance } from './entrance.js';
import { GiveCode } from './give-code.js';

/** What a session owes after its password was right, one thing after the other. */
export function Owing({ name, owes }: { readonly name: string; readonly owes: Duty }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const readAgain = () => client.invalidateQueries({ queryKey: ['session'] });
  return (
    <Entrance key={owes} title={t(`owing.${owes}`)} text={t(`owing.${owes}_text`)} foot={<Leave name={name} />}>
      {owes === 'second_factor' && <GiveCode />}
      {owes === 'change_password' && <PasswordForm onDone={() => void readAgain()} />}
      {owes === 'enrol_second_factor' && <EnrolSecondFactor isReplaced={false} onDone={() => void readAgain()} />}
    </Entrance>
  );
}

/** Who it is, and the way back; also where the session has ended meanwhile. */
function Leave({ name }: { readonly name: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const leave = useMutation({ mutationFn: signOut, onSettled: () => forgetSession(client) });
  return (
    <Group justify="center" gap="xs">
      <Text size="sm" c="dimmed" className="break">
        {t('owing.signedInAs', { name })}
      </Text>
      <Anchor size="sm" component="button" type="button" onClick={() => leave.mutate()}>
        {t('shell.signOut')}
      </Anchor>
    </Group>
  );
}
