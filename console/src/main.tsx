import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app/app.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.js';
import { queryClient } from './app/query-client.js';
import { sessionQuery } from './app/session-query.js';
import { startI18n } from './i18n/i18n.js';

// All three are on their way before anything is drawn: the screen's own file, the session and the texts.
if (window.location.pathname === '/sources') void import('./screens/sources/sources.js');
void queryClient.prefetchQuery(sessionQuery);

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root.');
await startI18n();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
