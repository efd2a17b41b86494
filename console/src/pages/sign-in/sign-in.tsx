import { Alert, Button, Divider, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconLogin2 } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readSignInOptions, signIn } from '../../api/session.js';
import { Entrance } from './entrance.js';
import { Refused } from '../../ui/refused.js';

/** The way in: a password, and the organisation's own sign-in where it is set up. */
export function SignIn() {
  const { t } = useTranslation();
  const options = useQuery({ queryKey: ['sign-in-options'], queryFn: readSignInOptions });
  const oidc = options.data?.oidc ?? null;
  return (
    <Entrance
      title={t('signIn.title')}
      text={t('signIn.text')}
      foot={
        <Text size="sm" c="dimmed" ta="center">
          {t('signIn.help')}
        </Text>
      }
    >
      <ProviderRefused />
      {oidc && (
        <>
          <Button component="a" href={oidc.url} fullWidth leftSection={<IconLogin2 size={18} aria-hidden />}>
            {t('signIn.with', { name: oidc.title })}
          </Button>
          {options.data?.password !== false && <Divider my="md" label={t('signIn.or')} />}
        </>
      )}
      {options.data?.password !== false && <PasswordForm isSecond={oidc !== null} />}
    </Entrance>
  );
}

/** Why the way over the identity provider ended here: the server puts its code into the address. */
function ProviderRefused() {
  const { t } = useTranslation();
  const code = new URLSearchParams(window.location.search).get('signInError');
  if (code === null || !/^[a-z_]{1,40}$/.test(code)) return null;
  const texts: Readonly<Record<string, string>> = {
    oidc_no_role: t('signIn.noRole'),
    oidc_refused: t('signIn.refused'),
    oidc_too_weak: t('signIn.tooWeak'),
    oidc_unavailable: t('signIn.unavailable'),
  };
  return (
    <Alert color="red" role="alert" mb="md" icon={<IconAlertTriangle size={18} aria-hidden />}>
      {texts[code] ?? t('signIn.other', { code })}
    </Alert>
  );
}

function PasswordForm({ isSecond }: { readonly isSecond: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const enter = useMutation({
    mutationFn: () => signIn(username, password),
    onSuccess: (session) => client.setQueryData(['session'], session),
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {enter.error && <Refused error={enter.error} />}
        <TextInput
          label={t('signIn.username')}
          autoComplete="username"
          required
          data-autofocus
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('signIn.password')}
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.show'), 'aria-hidden': false, tabIndex: 0 }}
        />
        <Button type="submit" mt="xs" fullWidth variant={isSecond ? 'default' : 'filled'} loading={enter.isPending}>
          {t('signIn.enter')}
        </Button>
      </Stack>
    </form>
  );
}
