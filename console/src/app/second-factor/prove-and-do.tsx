import { Button, Group, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Proofs } from '../../api/second-factor.js';
import { Refused } from '../../ui/refused.js';
import { CodeInput } from './code-input.js';
import { isOfNone, mistakeOf } from './mistake-of.js';
import { OwnPasswordInput } from './own-password-input.js';

interface ProveAndDoProps<Result> {
  /** What the button says. */
  readonly act: string;
  readonly work: (proofs: Proofs) => Promise<Result>;
  readonly onDone: (result: Result) => void;
  readonly onCancel: () => void;
}

/** Asks for code and password, then does it. */
export function ProveAndDo<Result>({ act, work, onDone, onCancel }: ProveAndDoProps<Result>) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const deed = useMutation({ mutationFn: () => work({ code, password }), onSuccess: onDone });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    deed.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {deed.error && isOfNone(deed.error, ['code', 'password']) && <Refused error={deed.error} />}
        <CodeInput
          label={t('secondFactor.codeOrRecovery')}
          value={code}
          onChange={setCode}
          error={mistakeOf(t, deed.error, 'code')}
        />
        <OwnPasswordInput value={password} onChange={setPassword} error={mistakeOf(t, deed.error, 'password')} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={deed.isPending}>
            {act}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
