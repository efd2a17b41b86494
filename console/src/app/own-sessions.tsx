import { Badge, Box, Button, Card, Group, Modal, PasswordInput, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toProblem } from '../api/problem.js';
import { endOwnSessions, type OwnSession, readOwnSessions } from '../api/session.js';
import { formatAge, formatTime } from '../i18n/format.js';
import { ProblemAlert } from '../ui/problem-alert.js';
import { showDone } from '../ui/show-problem.js';
import { useSession } from './session-context.js';

const QUERY_KEY = ['own-sessions'];

/** Where the person is signed in; any place but this one is ended with the password given again. */
export function OwnSessions({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const sessions = useQuery({ queryKey: QUERY_KEY, queryFn: readOwnSessions, staleTime: 0 });
  return (
    <Modal opened onClose={onClose} title={t('sessions.title')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t('sessions.text')}
        </Text>
        {sessions.error && <ProblemAlert error={sessions.error} onRetry={() => void sessions.refetch()} />}
        {sessions.isPending && <Skeleton h={80} radius="md" />}
        {sessions.data && <Places sessions={sessions.data} />}
      </Stack>
    </Modal>
  );
}

function Places({ sessions }: { readonly sessions: readonly OwnSession[] }) {
  const { t } = useTranslation();
  const { user } = useSession();
  const [password, setPassword] = useState('');
  const end = useEnding(password);
  const hasOthers = sessions.some(({ isCurrent }) => !isCurrent);
  const canEnd = !end.isPending && (user.via !== 'password' || password !== '');
  return (
    <>
      {hasOthers && <Proof password={password} onChange={setPassword} error={end.error} />}
      <Box component="ul" aria-label={t('sessions.title')} p={0} m={0} style={{ listStyle: 'none' }}>
        {sessions.map((one) => (
          <Place key={one.id} session={one} onEnd={canEnd ? () => end.mutate(one.id) : null} />
        ))}
      </Box>
      {hasOthers ? (
        <Group justify="flex-end">
          <Button color="red" disabled={!canEnd} onClick={() => end.mutate('others')}>
            {t('sessions.endOthers')}
          </Button>
        </Group>
      ) : (
        <Text size="sm">{t('sessions.only')}</Text>
      )}
    </>
  );
}

function useEnding(password: string) {
  const { t } = useTranslation();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (which: string) => endOwnSessions(which, password),
    onSuccess: () => {
      showDone(t('sessions.done'));
      return client.invalidateQueries({ queryKey: QUERY_KEY });
    },
  });
}

/** The password once more; who signs in at a provider reads what to do there. */
function Proof(props: {
  readonly password: string;
  readonly onChange: (password: string) => void;
  readonly error: Error | null;
}) {
  const { t } = useTranslation();
  const { user } = useSession();
  const isWrong = props.error !== null && toProblem(props.error).code === 'wrong_password';
  return (
    <>
      {user.via === 'password' ? (
        <PasswordInput
          label={t('sessions.password')}
          autoComplete="current-password"
          value={props.password}
          error={isWrong ? t('sessions.wrong') : null}
          onChange={(event) => props.onChange(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.show'), 'aria-hidden': false, tabIndex: 0 }}
        />
      ) : (
        <Text size="sm">{t('sessions.again')}</Text>
      )}
      {props.error && !isWrong && <ProblemAlert error={props.error} />}
    </>
  );
}

function Place({ session, onEnd }: { readonly session: OwnSession; readonly onEnd: (() => void) | null }) {
  const { t } = useTranslation();
  const { address, createdAt, lastSeenAt, isCurrent } = session;
  const name = session.browser ?? t('sessions.unknown');
  return (
    <Card component="li" padding="sm" mb="xs" withBorder>
      <Group justify="space-between" wrap="nowrap">
        <Stack gap={2}>
          <Text fw={600} size="sm">
            {name}
          </Text>
          <Text size="xs" c="dimmed" title={formatTime(createdAt)}>
            {t('sessions.from', { when: formatAge(createdAt), address: address ?? '–' })}
          </Text>
          <Text size="xs" c="dimmed" title={formatTime(lastSeenAt)}>
            {t('sessions.used', { when: formatAge(lastSeenAt) })}
          </Text>
        </Stack>
        {isCurrent ? (
          <Badge variant="light">{t('sessions.here')}</Badge>
        ) : (
          <Button
            size="xs"
            variant="default"
            aria-label={t('sessions.endOf', { name })}
            disabled={onEnd === null}
            onClick={() => onEnd?.()}
          >
            {t('sessions.end')}
          </Button>
        )}
      </Group>
    </Card>
  );
}
