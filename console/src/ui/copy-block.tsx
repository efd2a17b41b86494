import { ActionIcon, Box, Code, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

/** A text to copy: a command, a key. */
export function CopyBlock({ text, label }: { readonly text: string; readonly label: string }) {
  const { t } = useTranslation();
  return (
    <Box pos="relative" w="100%">
      <Code block tabIndex={0} aria-label={label} pr={48} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {text}
      </Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Tooltip label={t(copied ? 'common.copied' : 'common.copy')}>
            <ActionIcon
              variant="subtle"
              pos="absolute"
              top={6}
              right={6}
              onClick={copy}
              aria-label={t(copied ? 'common.copied' : 'common.copy')}
            >
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Box>
  );
}
