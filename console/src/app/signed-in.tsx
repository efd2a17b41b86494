import { Center, Loader } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { watchSession } from '../api/call-api.js';
import { ProblemAlert } from '../ui/problem-alert.js';
import { SignIn } from '../pages/sign-in/sign-in.js';
import { forgetSession } from './forget-session.js';
import { SessionContext } from './session-context.js';
import { sessionQuery } from './session-query.js';
import { Shell } from './shell.js';

/** Most people see it once. */
const Owing = lazy(async () => ({ default: (await import('../pages/sign-in/owing.js')).Owing }));

/** The console for who is signed in and owes nothing, else the way in. */
export function SignedIn() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const session = useQuery(sessionQuery);
  useEffect(
    () =>
      watchSession({
        signedOut: () => forgetSession(client),
        dutyOwed: () => void client.invalidateQueries({ queryKey: ['session'] }),
      }),
    [client],
  );
  if (session.error) {
    return (
      <Center p="xl">
        <ProblemAlert error={session.error} onRetry={() => void session.refetch()} />
      </Center>
    );
  }
  const waiting = (
    <Center h="100vh">
      <Loader role="status" aria-label={t('common.loading')} />
    </Center>
  );
  if (session.isPending) return waiting;
  if (session.data === null) return <SignIn />;
  if (session.data.owes !== null) {
    return (
      <Suspense fallback={waiting}>
        <Owing name={session.data.user.username} owes={session.data.owes} />
      </Suspense>
    );
  }
  return (
    <SessionContext value={session.data}>
      <Shell />
    </SessionContext>
  );
}
