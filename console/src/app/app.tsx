import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { queryClient } from './query-client.js';
import { SignedIn } from './signed-in.js';
import { quietButReadable, theme } from './theme.js';

/** The whole console. */
export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={quietButReadable} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <ModalsProvider>
          <Notifications position="top-right" />
          <SignedIn />
        </ModalsProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
