import { Center, Loader } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { whenSignedOut } from '../api/call-api.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { SignIn } from '../screens/sign-in/sign-in.js';
import { SessionContext } from './session-context.js';
import { sessionQuery } from './session-query.js';
import { Shell } from './shell.js';

/** The console for who is signed in, else the way in. */
export function SignedIn() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const session = useQuery(sessionQuery);
  useEffect(() => whenSignedOut(() => client.setQueryData(['session'], null)), [client]);
  if (session.error) {
    return (
      <Center p="xl">
        <ProblemAlert error={session.error} onRetry={() => void session.refetch()} />
      </Center>
    );
  }
  if (session.isPending) {
    return (
      <Center h="100vh">
        <Loader aria-label={t('common.loading')} />
      </Center>
    );
  }
  if (session.data === null) return <SignIn />;
  return (
    <SessionContext value={session.data}>
      <Shell />
    </SessionContext>
  );
}
