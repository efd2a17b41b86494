import {
  Alert,
  Button,
  Card,
  Center,
  Divider,
  Group,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconAlertTriangle, IconLogin2 } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toProblem } from '../../api/problem.js';
import { readSignInOptions, signIn } from '../../api/session.js';
import { ColourSwitch, LanguageMenu } from '../../app/user-menu.js';
import { Logo } from '../../parts/logo.js';

/** The way in: a password, and the organisation's own sign-in where it is set up. */
export function SignIn() {
  const { t } = useTranslation();
  useDocumentTitle(`${t('signIn.title')} · Rollcall`);
  const options = useQuery({ queryKey: ['sign-in-options'], queryFn: readSignInOptions });
  const oidc = options.data?.oidc ?? null;
  return (
    <Center mih="100vh" p="md" component="main">
      <Stack w="100%" maw={400} gap="md">
        <Group justify="space-between">
          <Group gap="xs">
            <Logo size={32} />
            <Text fw={700} fz={22} component="span">
              Rollcall
            </Text>
          </Group>
          <Group gap={4}>
            <ColourSwitch />
            <LanguageMenu />
          </Group>
        </Group>
        <Card padding="xl" shadow="sm">
          <Title order={1} mb="xs">
            {t('signIn.title')}
          </Title>
          <Text c="dimmed" size="sm" mb="lg">
            {t('signIn.text')}
          </Text>
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
        </Card>
        <Text size="sm" c="dimmed" ta="center">
          {t('signIn.help')}
        </Text>
      </Stack>
    </Center>
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

/** Why nobody was let in, in the reader's language. */
function Refused({ error }: { readonly error: Error }) {
  const { t } = useTranslation();
  const { code, message, retryAfterS } = toProblem(error);
  const text =
    code === 'sign_in_failed'
      ? t('signIn.failed')
      : code === 'sign_in_locked'
        ? t('signIn.locked', { count: Math.max(1, Math.ceil((retryAfterS ?? 60) / 60)) })
        : `${message} (${code})`;
  return (
    <Alert color="red" role="alert" icon={<IconAlertTriangle size={18} aria-hidden />}>
      {text}
    </Alert>
  );
}
