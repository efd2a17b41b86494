import { createTheme, MantineProvider, mergeThemeOverrides, Modal, Notification } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { queryClient } from './query-client.js';
import { SignedIn } from './signed-in.js';
import { readableDimmedText, theme } from './theme.js';

/** The whole console. */
export function App() {
  const named = useNamedTheme();
  return (
    <MantineProvider theme={named} cssVariablesResolver={readableDimmedText} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <ModalsProvider>
          <Notifications position="top-right" />
          <SignedIn />
        </ModalsProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** The close buttons of dialogs and notifications show an icon only: screen readers need a label. */
function useNamedTheme() {
  const { t } = useTranslation();
  const close = t('common.close');
  return useMemo(() => {
    const defaultProps = { closeButtonProps: { 'aria-label': close } };
    const components = { Modal: Modal.extend({ defaultProps }), Notification: Notification.extend({ defaultProps }) };
    return mergeThemeOverrides(theme, createTheme({ components }));
  }, [close]);
}
