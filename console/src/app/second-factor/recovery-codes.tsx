import { Alert, Button, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CopyBlock } from '../../ui/copy-block.js';

/** Shows recovery codes this once. */
export function RecoveryCodes({ codes, onKept }: { readonly codes: readonly string[]; readonly onKept: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <Alert color="orange" role="status" title={t('secondFactor.codes')}>
        {t('secondFactor.codesText')}
      </Alert>
      <CopyBlock text={codes.join('\n')} label={t('secondFactor.codes')} />
      <Button onClick={onKept} autoFocus>
        {t('secondFactor.kept')}
      </Button>
    </Stack>
  );
}
