import { Button, Group, Loader, Modal, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { endSecondFactor, readSecondFactor, renewRecoveryCodes } from '../../api/second-factor.js';
import type { SecondFactor as Standing } from '../../api/types.js';
import { formatTime } from '../../i18n/format.js';
import { ProblemAlert } from '../../ui/problem-alert.js';
import { showDone } from '../../ui/show-problem.js';
import { EnrolSecondFactor } from './enrol-second-factor.js';
import { ProveAndDo } from './prove-and-do.js';
import { RecoveryCodes } from './recovery-codes.js';

type Step = 'look' | 'enrol' | 'renew' | 'end';

/** A person's own second factor: how it stands, another app, new recovery codes, its end where it may end. */
export function SecondFactor({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [step, setStep] = useState<Step>('look');
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const standing = useQuery({ queryKey: ['second-factor'], queryFn: readSecondFactor, staleTime: 0 });
  const finish = (text: string) => {
    void client.invalidateQueries({ queryKey: ['second-factor'] });
    showDone(text);
    onClose();
  };
  const back = () => setStep('look');
  return (
    <Modal opened onClose={onClose} title={t('secondFactor.title')} closeOnClickOutside={step === 'look'}>
      {standing.error && <ProblemAlert error={standing.error} />}
      {standing.isPending && <Loader role="status" aria-label={t('common.loading')} />}
      {standing.data && step === 'look' && <Look standing={standing.data} onStep={setStep} />}
      {standing.data && step === 'enrol' && (
        <EnrolSecondFactor isReplaced={standing.data.since !== null} onDone={() => finish(t('secondFactor.done'))} />
      )}
      {codes && <RecoveryCodes codes={codes} onKept={() => finish(t('secondFactor.renewed'))} />}
      {step === 'renew' && !codes && (
        <ProveAndDo act={t('secondFactor.renew')} work={renewRecoveryCodes} onDone={setCodes} onCancel={back} />
      )}
      {step === 'end' && (
        <ProveAndDo
          act={t('secondFactor.end')}
          work={endSecondFactor}
          onDone={() => finish(t('secondFactor.ended'))}
          onCancel={back}
        />
      )}
    </Modal>
  );
}

function Look({ standing, onStep }: { readonly standing: Standing; readonly onStep: (step: Step) => void }) {
  const { t } = useTranslation();
  const { since, recoveryCodesLeft, required } = standing;
  const button = (step: Step, text: string): ReactNode => (
    <Button key={step} variant="default" onClick={() => onStep(step)}>
      {text}
    </Button>
  );
  if (since === null) {
    return (
      <Stack>
        <Text size="sm">{t('secondFactor.none')}</Text>
        <Group>{button('enrol', t('secondFactor.setUp'))}</Group>
      </Stack>
    );
  }
  return (
    <Stack>
      <Text size="sm">{t('secondFactor.since', { time: formatTime(since) })}</Text>
      <Text size="sm" c={recoveryCodesLeft < 3 ? 'red' : 'dimmed'}>
        {t('secondFactor.left', { count: recoveryCodesLeft })}
      </Text>
      <Group>
        {button('enrol', t('secondFactor.replace'))}
        {button('renew', t('secondFactor.renew'))}
        {!required && button('end', t('secondFactor.end'))}
      </Group>
    </Stack>
  );
}
