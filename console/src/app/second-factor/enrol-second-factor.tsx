import { Box, Button, Center, Loader, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { QRCodeSVG } from 'qrcode.react';
import { type SyntheticEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { enrolSecondFactor, offerSecondFactor } from '../../api/second-factor.js';
import type { OfferedFactor } from '../../api/types.js';
import { CopyBlock } from '../../ui/copy-block.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { Refused } from '../../ui/refused.js';
import { CodeInput } from './code-input.js';
import { isOfNone, mistakeOf } from './mistake-of.js';
import { OwnPasswordInput } from './own-password-input.js';
import { RecoveryCodes } from './recovery-codes.js';

interface EnrolProps {
  /** There is a second factor, which takes a code of its own to be replaced. */
  readonly isReplaced: boolean;
  readonly onDone: () => void;
}

/** Shows a new secret, asks for what proves that an app has it, and shows the recovery codes. */
export function EnrolSecondFactor({ isReplaced, onDone }: EnrolProps) {
  const { t } = useTranslation();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  // Each opening has a secret of its own, which no cache keeps.
  const offered = useQuery({
    ...{ queryKey: ['second-factor-offer'], queryFn: offerSecondFactor },
    ...{ staleTime: Number.POSITIVE_INFINITY, gcTime: 0, retry: false, refetchOnReconnect: false },
  });
  if (codes) return <RecoveryCodes codes={codes} onKept={onDone} />;
  if (offered.error) return <ProblemAlert error={offered.error} onRetry={() => void offered.refetch()} />;
  if (!offered.data) {
    return (
      <Center h={240}>
        <Loader role="status" aria-label={t('common.loading')} />
      </Center>
    );
  }
  return (
    <Stack gap="sm">
      <Shown offered={offered.data} />
      <ProofForm offer={offered.data.offer} isReplaced={isReplaced} onEnrolled={setCodes} />
    </Stack>
  );
}

/** Dark on light in either colour scheme: cameras need that contrast. */
function Shown({ offered }: { readonly offered: OfferedFactor }) {
  const { t } = useTranslation();
  return (
    <>
      <Center>
        <Box bg="white" p={4} style={{ lineHeight: 0, borderRadius: 'var(--mantine-radius-sm)' }}>
          <QRCodeSVG value={offered.uri} size={184} marginSize={4} title={t('secondFactor.qr')} />
        </Box>
      </Center>
      <Text size="sm">{t('secondFactor.key')}</Text>
      <CopyBlock text={offered.secret} label={t('secondFactor.key')} />
    </>
  );
}

const NOTHING = { code: '', present: '', password: '' };

function ProofForm(props: {
  readonly offer: string;
  readonly isReplaced: boolean;
  readonly onEnrolled: (codes: readonly string[]) => void;
}) {
  const { offer, isReplaced, onEnrolled } = props;
  const { t } = useTranslation();
  const [given, setGiven] = useState(NOTHING);
  const set = (change: Partial<typeof NOTHING>) => setGiven((before) => ({ ...before, ...change }));
  const enrol = useMutation({
    mutationFn: () => {
      const { present, ...rest } = given;
      return enrolSecondFactor({ ...rest, offer, ...(isReplaced ? { present } : {}) });
    },
    onSuccess: onEnrolled,
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    enrol.mutate();
  };
  const mistake = (path: string) => mistakeOf(t, enrol.error, path);
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {enrol.error && isOfNone(enrol.error, Object.keys(NOTHING)) && <Refused error={enrol.error} />}
        <CodeInput
          label={t('secondFactor.codeOfApp')}
          value={given.code}
          onChange={(code) => set({ code })}
          error={mistake('code')}
        />
        {isReplaced && (
          <CodeInput
            label={t('secondFactor.present')}
            value={given.present}
            onChange={(present) => set({ present })}
            error={mistake('present')}
          />
        )}
        <OwnPasswordInput
          value={given.password}
          onChange={(password) => set({ password })}
          error={mistake('password')}
        />
        <Button type="submit" mt="xs" fullWidth loading={enrol.isPending}>
          {t('secondFactor.save')}
        </Button>
      </Stack>
    </form>
  );
}
