import { once, setMaxListeners } from 'node:events';
import type { Server } from 'node:http';
import { pendingMigrations } from '../prisma/migrate.js';
import { type App, compose } from './compose.js';
import { readConfig } from './config.js';
import { createApp } from './http/app.js';
import { openPasswordRules } from './access/passwords/password-rules.js';
import { createHttpServer } from './http/serve.js';
import { missingKeysText } from './secrets/rotation/keys-in-use.store.js';
import { endOnce, endOnFaults } from './platform/shutdown.js';

/** Requests that are not answered by then are cut off; 25 s is promised (R46). */
const DRAIN_MS = 15_000;

const config = await readOrExit(readConfig);
const pending = await readOrExit(() => pendingMigrations(config.databaseUrl));
if (pending.length > 0) fail(`Migrations are pending (${pending.join(', ')}): run "npm run migrate" first.`);
const app = await readOrExit(() => compose(config, { role: 'api' }));
const missing = missingKeysText(await readOrExit(() => app.missingKeys()));
if (missing !== null) fail(missing);
const passwordRules = await readOrExit(() => openPasswordRules(config.passwords, app.logger));
const stopping = new AbortController();
// Each open stream of events listens to it.
setMaxListeners(0, stopping.signal);
const server = createHttpServer(
  createApp({
    ...app,
    pendingMigrations: () => pendingMigrations(config.databaseUrl),
    passwordRules,
    settings: config,
    stopping: stopping.signal,
  }),
  config,
);
await listen(server, app);
const end = endOnce({ stop, exit: (code) => process.exit(code) });
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => end(0));
endOnFaults(process, app.logger, end);

async function listen(http: Server, { logger }: App): Promise<void> {
  http.listen(config.port, config.host);
  await once(http, 'listening').catch((error: unknown) =>
    fail(`Cannot listen on ${config.host}:${config.port}: ${String(error)}`),
  );
  const address = http.address();
  const port = typeof address === 'object' && address ? address.port : config.port;
  logger.info('api listening', { host: config.host, port, queue: app.queue.backend.name });
}

async function stop(): Promise<void> {
  app.logger.info('api stopping');
  stopping.abort();
  const closed = once(server, 'close');
  server.close();
  // Answers that end from now on leave their connections idle: those are closed as well.
  const sweep = setInterval(() => server.closeIdleConnections(), 200);
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
  app.logger.info('api stopped');
  await app.close();
}

async function readOrExit<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
