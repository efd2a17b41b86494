import { Button, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SyntheticEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { giveCode } from '../../api/session.js';
import { CodeInput } from '../../app/second-factor/code-input.js';
import { Refused } from '../../ui/refused.js';

/** Asks for the code of the second factor. */
export function GiveCode() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [code, setCode] = useState('');
  const give = useMutation({
    mutationFn: () => giveCode(code),
    onSuccess: (session) => client.setQueryData(['session'], session),
    onError: () => setCode(''),
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    give.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {give.error && <Refused error={give.error} />}
        <CodeInput label={t('secondFactor.codeOrRecovery')} value={code} onChange={setCode} autoFocus />
        <Button type="submit" mt="xs" fullWidth loading={give.isPending}>
          {t('owing.goOn')}
        </Button>
      </Stack>
    </form>
  );
}
