import { join } from 'node:path';
import { choosePort } from './choose-port.js';
import type { Workspace } from './open-workspace.js';
import type { Quickstart } from './quickstart.js';
import { startService } from './start-service.js';
import { untilReady } from './until-ready.js';

/** What both processes need to know. */
export interface ServiceSecrets {
  readonly databaseUrl: string;
  readonly secretKeys: string;
}

const PREFERRED_PORT = 3000;

/**
 * Starts API and worker as in a real deployment: two processes that know nothing of each other but the database.
 *
 * @returns the address of the API, which is ready then.
 */
export async function startServices(
  quickstart: Quickstart,
  workspace: Workspace,
  secrets: ServiceSecrets,
): Promise<string> {
  const port = await choosePort(PREFERRED_PORT);
  const url = `http://localhost:${port}`;
  const environment = {
    DATABASE_URL: secrets.databaseUrl,
    SECRET_KEYS: secrets.secretKeys,
    // No Redis here: BullMQ keeps its queue in PostgreSQL.
    REDIS_URL: '',
    HOST: '127.0.0.1',
    PORT: String(port),
    PUBLIC_URL: url,
    // To try out: a password is enough, unless the shell says otherwise.
    SECOND_FACTOR: process.env['SECOND_FACTOR'] ?? 'optional',
    LOG_DIR: workspace.logFolder,
    // To try out: sources may be on this very machine, unless the shell says otherwise.
    EGRESS_ALLOW: process.env['EGRESS_ALLOW'] ?? '127.0.0.0/8,::1/128',
    EGRESS_PORTS: process.env['EGRESS_PORTS'] ?? '1-65535',
    CSV_ROOT: join(quickstart.root, 'quickstart/sample-company'),
  };
  startService(quickstart, workspace, { name: 'API', script: 'src/server.ts', environment });
  startService(quickstart, workspace, { name: 'worker', script: 'workers/main.ts', environment });
  await untilReady(`http://127.0.0.1:${port}`, quickstart.signal);
  quickstart.say(`  API, worker  ${url}, logs in ${join(workspace.shownFolder, 'logs')}`);
  return url;
}
