import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app/app.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { listSources } from './api/sources.js';
import { App } from './app/app.js';
import { queryClient } from './app/query-client.js';
import { sessionQuery } from './app/session-query.js';
import { startI18n } from './i18n/i18n.js';

// What the first screen needs is on its way before anything is drawn.
void queryClient.prefetchQuery(sessionQuery);
if (window.location.pathname === '/sources') prefetchSources();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root.');
await startI18n();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);

/** The screen that is opened most: its file and its first page go along with the session. */
function prefetchSources(): void {
  void import('./pages/sources/sources.js');
  void queryClient.prefetchInfiniteQuery({
    queryKey: ['sources'],
    queryFn: () => listSources(null),
    initialPageParam: null as string | null,
  });
}
