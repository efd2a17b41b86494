import { randomBytes } from 'node:crypto';
import { once, setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { createLogger as createWinston, transports } from 'winston';
import { z } from 'zod';
import { createApp } from '../../http/app.js';
import { createApiKey } from '../../access/keys/api-key.store.js';
import type { Role } from '../../access/accounts/principal.js';
import type { HttpDeps } from '../../http/core/http-deps.js';
import { createOpenConfig } from '../../secrets/open-config.js';
import { createKeyring } from '../../secrets/sealing/keyring.js';
import type { Db } from '../../platform/db.js';
import { createErasureKey } from '../../secrets/rotation/erasure-key.store.js';
import { createConfigSecrets } from '../../secrets/config-secrets.js';
import { createReferenceReader } from '../../secrets/reference-reader.js';
import { manualAdapter } from '../../sources/push/manual.adapter.js';
import { pushAdapter } from '../../sources/push/push.adapter.js';
import type { CheckResult, SourceAdapter } from '../../sources/source-adapter.js';
import { SourceRegistry } from '../../sources/source-registry.js';
import { departmentsTarget } from '../../targets/departments.target.js';
import { membershipsTarget } from '../../targets/memberships.target.js';
import { TargetRegistry } from '../../targets/target-registry.js';
import { usersTarget } from '../../targets/users.target.js';
import { createInbox } from '../../tasks/inbox/inbox.store.js';
import { PushBatcher } from '../../tasks/inbox/push-batcher.js';
import { PushWaiters } from '../../tasks/inbox/wait-for-push.store.js';
import { type ApiClient, createApiClient } from './api-client.js';
import { createTestDatabase, type TestDatabase } from '../servers/test-database.js';

/** The API on a database of its own, without workers: tasks stay where the test puts them. */
export interface ApiHarness {
  readonly baseUrl: string;
  readonly database: TestDatabase;
  readonly deps: HttpDeps;
  /** Task ids that the bell was rung for. */
  readonly rung: string[];
  /** Lines of the system log. */
  readonly logged: Record<string, unknown>[];
  /** What the scripted source's check answers. */
  check: (config: unknown, signal: AbortSignal) => Promise<CheckResult>;
  /** A client with a new key. */
  as(role: Role, narrowed?: { readonly sourceId?: string; readonly pushOnly?: boolean }): Promise<ApiClient>;
  newKey(role: Role, narrowed?: { readonly sourceId?: string; readonly pushOnly?: boolean }): Promise<string>;
  anonymous(): ApiClient;
  stop(): Promise<void>;
}

/** Variables that options may refer to. */
const REFERRED = { SOURCE_SECRET_TOKEN: 'from-a-variable', OTHER: 'not for sources' };

/** Options of the scripted source: one of each sort that matters to the API. */
const scriptedConfig = z.object({
  url: z
    .string()
    .regex(/^https:/, 'must begin with https:')
    .meta({ destination: true }),
  token: z.string().min(1).meta({ secret: true }),
  note: z.string().optional(),
  proxy: z
    .object({ host: z.string().meta({ destination: true }), password: z.string().meta({ secret: true }).optional() })
    .optional(),
});

/** Starts the API; `change` replaces the parts that a test needs to differ. */
export async function startApi(change: Partial<HttpDeps> = {}): Promise<ApiHarness> {
  const database = await createTestDatabase();
  const rung: string[] = [];
  const logged: Record<string, unknown>[] = [];
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const harness: { check: ApiHarness['check'] } = { check: () => Promise.resolve({ ok: true }) };
  const deps: HttpDeps = {
    ...newDeps(change.db ?? database.db, { rung, logged, harness }),
    stopping: stopping.signal,
    ...change,
  };
  const server = createServer(createApp(deps)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const newKey: ApiHarness['newKey'] = async (role, { sourceId = null, pushOnly = false } = {}) => {
    const given = { name: role, role, sourceId, pushOnly, expiresAt: null, createdBy: 'test' };
    return (await createApiKey(database.db.prisma, given)).text;
  };
  return Object.assign(harness, {
    baseUrl,
    database,
    deps,
    rung,
    logged,
    newKey,
    as: async (...given: Parameters<typeof newKey>) => createApiClient(baseUrl, await newKey(...given)),
    anonymous: () => createApiClient(baseUrl),
    async stop() {
      stopping.abort();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await database.drop();
    },
  });
}

function newDeps(
  db: Db,
  observed: { rung: string[]; logged: Record<string, unknown>[]; harness: { readonly check: ApiHarness['check'] } },
): Omit<HttpDeps, 'stopping'> {
  const sources = new SourceRegistry();
  const inbox = createInbox(db);
  sources.register(pushAdapter({ inbox }));
  sources.register(manualAdapter({ inbox }));
  sources.register(scriptedSource(observed.harness));
  const keyring = createKeyring([{ id: 'test', key: randomBytes(32) }]);
  const configSecrets = createConfigSecrets(
    keyring,
    createReferenceReader({ allow: ['SOURCE_SECRET_*'], env: REFERRED, folder: null }),
  );
  return {
    db,
    sources,
    configSecrets,
    keyring,
    logger: createWinston({ level: 'debug', transports: [keepIn(observed.logged)] }),
    recordLog: { write: () => Promise.resolve(), close: () => Promise.resolve() },
    pushBatcher: new PushBatcher(db.pool),
    pushWaiters: new PushWaiters(db),
    bell: {
      ring: (taskId) => Promise.resolve(void observed.rung.push(taskId)),
      isRinging: () => Promise.resolve(true),
    },
    targets: new TargetRegistry([departmentsTarget, usersTarget, membershipsTarget]),
    openConfig: createOpenConfig(sources, configSecrets),
    erasureKey: createErasureKey(keyring),
    supportedModes: (type) => sources.find(type)?.capabilities.modes ?? [],
    queue: { board: [], ping: () => Promise.resolve(), countJobs: () => Promise.resolve({ waiting: 3 }) },
    pendingMigrations: () => Promise.resolve([]),
    missingKeys: () => Promise.resolve([]),
    passwordRules: { words: [], isBreached: () => Promise.resolve(false) },
    settings: { trustProxy: null, watchEveryMs: 50, secondFactor: 'optional' },
  };
}

function scriptedSource(harness: {
  readonly check: ApiHarness['check'];
}): SourceAdapter<z.output<typeof scriptedConfig>> {
  return {
    type: 'scripted',
    title: 'Scripted source',
    configSchema: scriptedConfig,
    cursorSchema: z.unknown(),
    capabilities: { kinds: ['user', 'department'], modes: ['full', 'delta'], resumable: false },
    check: ({ config, signal }) => harness.check(config, signal),
    read: () => {
      throw new Error('The API never reads a source.');
    },
  };
}

/** Keeps log lines where tests can look at them. */
function keepIn(lines: Record<string, unknown>[]) {
  const stream = new Writable({
    write(line: Buffer, _encoding, next) {
      lines.push(JSON.parse(line.toString()) as Record<string, unknown>);
      next();
    },
  });
  return new transports.Stream({ stream });
}
