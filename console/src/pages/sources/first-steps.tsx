import { Box, Button } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useMay } from '../../app/session-context.js';
import { CopyBlock } from '../../ui/copy-block.js';
import { EmptyState } from '../../ui/empty-state.js';

/** What to do when nothing has been synced yet: add a source, or push with a command to copy. */
export function FirstSteps() {
  const { t } = useTranslation();
  const isAdmin = useMay('admin');
  const command = `curl -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \\
  '${window.location.origin}/api/v1/sources/api/records?wait=30' \\
  -d '{ "kind": "user", "records": [{ "uid": "7", "nickname": "Ada Lovelace", "email": "ada@example.org" }] }'`;
  return (
    <Box mb="md">
      <EmptyState title={t('firstSteps.title')} text={t('firstSteps.text')} icon={IconPlugConnected}>
        {isAdmin && (
          <Button component={Link} href="/sources/new">
            {t('sources.add')}
          </Button>
        )}
        <CopyBlock text={command} label={t('firstSteps.command')} />
      </EmptyState>
    </Box>
  );
}
