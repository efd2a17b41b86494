import { Badge, Box, Button, Card, Group, Modal, PasswordInput, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toProblem } from '../api/problem.js';
import { endOwnSessions, type OwnSession, readOwnSessions } from '../api/session.js';
import { formatAge, formatTime } from '../i18n/format.js';
import { ProblemAlert } from '../parts/problem-alert.js';
import { showDone } from '../parts/show-problem.js';
import { useSession } from './session-context.js';

const QUERY_KEY = ['own-sessions'];

/** Where the person is signed in; any place but this one is ended with the password given again. */
export function OwnSessions({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { user } = useSession();
  const client = useQueryClient();
  const [password, setPassword] = useState('');
  const sessions = useQuery({ queryKey: QUERY_KEY, queryFn: readOwnSessions, staleTime: 0 });
  const end = useMutation({
    mutationFn: (which: string) => endOwnSessions(which, password),
    onSuccess: () => {
      showDone(t('sessions.done'));
      return client.invalidateQueries({ queryKey: QUERY_KEY });
    },
  });
  const code = end.error === null ? null : toProblem(end.error).code;
  const wantsPassword = user.via === 'password';
  const canEnd = !end.isPending && (!wantsPassword || password !== '');
  const hasOthers = sessions.data?.some(({ isCurrent }) => !isCurrent) ?? false;
  return (
    <Modal opened onClose={onClose} title={t('sessions.title')}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t('sessions.text')}
        </Text>
        {sessions.error && <ProblemAlert error={sessions.error} onRetry={() => void sessions.refetch()} />}
        {sessions.isPending && <Skeleton h={80} radius="md" />}
        {hasOthers && wantsPassword && (
          <PasswordInput
            label={t('sessions.password')}
            autoComplete="current-password"
            value={password}
            error={code === 'wrong_password' ? t('sessions.wrong') : null}
            onChange={(event) => setPassword(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': t('signIn.show'), 'aria-hidden': false, tabIndex: 0 }}
          />
        )}
        {hasOthers && !wantsPassword && <Text size="sm">{t('sessions.again')}</Text>}
        {end.error && code !== 'wrong_password' && <ProblemAlert error={end.error} />}
        <Box component="ul" aria-label={t('sessions.title')} p={0} m={0} style={{ listStyle: 'none' }}>
          {sessions.data?.map((one) => (
            <Place key={one.id} session={one} onEnd={canEnd ? () => end.mutate(one.id) : null} />
          ))}
        </Box>
        {sessions.data && !hasOthers && <Text size="sm">{t('sessions.only')}</Text>}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.close')}
          </Button>
          {hasOthers && (
            <Button color="red" disabled={!canEnd} onClick={() => end.mutate('others')}>
              {t('sessions.endOthers')}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
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
