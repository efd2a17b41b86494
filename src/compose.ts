import type { Config } from './config.js';
import type { ReadMode } from './domain/task.js';
import { API_TIMEOUTS } from './http/core/request-settings.js';
import { createOpenConfig, type OpenConfig } from './secrets/open-config.js';
import { closeLogger, createLogger, type Logger } from './platform/logger.js';
import { databaseRateGovernor } from './outbound/database-rate-governor.store.js';
import { type Db, openDb } from './platform/db.js';
import { createEgress } from './outbound/egress/egress.js';
import { systemClock } from './outbound/http-client/clock.js';
import type { JsonWorld } from './outbound/http-client/json-client.js';
import { createTokenCache } from './outbound/http-client/token-cache.js';
import { createRecordLog, type RecordLog } from './platform/record-log.js';
import { createKeyring, type Keyring } from './secrets/sealing/keyring.js';
import { closeAll } from './platform/shutdown.js';
import { openTracing } from './platform/open-tracing.js';
import type { Tracing } from './platform/tracing.js';
import { loadPlugins } from './plugins.js';
import { openQueue, type TaskQueue } from './queue/queue.js';
import { queueTelemetry } from './queue/queue-backend.js';
import { type ConfigSecrets, createConfigSecrets } from './secrets/config-secrets.js';
import { createReferenceReader } from './secrets/reference-reader.js';
import { csvAdapter } from './sources/csv/csv.adapter.js';
import { dingtalkAdapter } from './sources/dingtalk/dingtalk.adapter.js';
import { feishuAdapter } from './sources/feishu/feishu.adapter.js';
import { httpJsonAdapter } from './sources/http-json/http-json.adapter.js';
import { ldapAdapter } from './sources/ldap/ldap.adapter.js';
import { manualAdapter } from './sources/push/manual.adapter.js';
import { pushAdapter } from './sources/push/push.adapter.js';
import { SourceRegistry } from './sources/source-registry.js';
import { wecomAdapter } from './sources/wecom/wecom.adapter.js';
import { departmentsTarget } from './targets/departments.target.js';
import { membershipsTarget } from './targets/memberships.target.js';
import { TargetRegistry } from './targets/target-registry.js';
import { usersTarget } from './targets/users.target.js';
import { createInbox } from './tasks/inbox/inbox.store.js';
import { PushBatcher } from './tasks/inbox/push-batcher.js';
import { PushWaiters } from './tasks/inbox/wait-for-push.store.js';
import { createErasureKey, type ErasureKey } from './secrets/rotation/erasure-key.store.js';
import { countKeysInUse, keysNotOn } from './secrets/rotation/keys-in-use.store.js';
import type { AcceptPushDeps, RequestSyncDeps } from './tasks/life/task.js';

/** Which process is built. */
export interface Role {
  readonly role: 'api' | 'worker';
}

/** Everything that a process is made of, and what the life of a task needs. */
export interface App extends RequestSyncDeps, AcceptPushDeps {
  readonly config: Config;
  readonly db: Db;
  readonly logger: Logger;
  readonly recordLog: RecordLog;
  readonly sources: SourceRegistry;
  readonly targets: TargetRegistry;
  readonly queue: TaskQueue;
  readonly pushWaiters: PushWaiters;
  readonly configSecrets: ConfigSecrets;
  readonly keyring: Keyring;
  readonly openConfig: OpenConfig;
  readonly erasureKey: ErasureKey;
  readonly tracing: Tracing;
  /** The ids of keys that sources are sealed with and this process does not have. */
  readonly missingKeys: () => Promise<readonly string[]>;
  /** Ends everything in order; never throws. */
  close(): Promise<void>;
}

/**
 * Builds a process: the only place where things are made and handed to each other.
 *
 * @throws Error when a plugin can't be loaded or Redis would lose jobs, saying what to change.
 */
export async function compose(config: Config, { role }: Role): Promise<App> {
  const logger = createLogger({ dir: config.logDir, level: config.logLevel, console: true });
  const recordLog = createRecordLog({ dir: config.logDir, logger });
  const db = openDb({
    url: config.databaseUrl,
    applicationName: `rollcall-${role}`,
    maxConnections: poolSize(config, role),
    ...(role === 'api' ? API_TIMEOUTS : taskTimeouts(config)),
  });
  const closings = [
    { what: 'database', close: () => db.close() },
    { what: 'raw record log', close: () => recordLog.close() },
  ];
  try {
    const { sources, targets } = await register(config, db);
    const tracing = await openTracing(config.tracing, `rollcall-${role}`);
    closings.push({ what: 'traces', close: () => tracing.close() });
    const { redisUrl, databaseUrl } = config;
    const queue = await openQueue({ redisUrl, databaseUrl, logger, telemetry: await queueTelemetry(tracing) });
    closings.unshift({ what: 'queue', close: () => queue.close() });
    const keyring = createKeyring(config.sealingKeys);
    const configSecrets = createConfigSecrets(keyring, createReferenceReader(config.references));
    const openConfig = createOpenConfig(sources, configSecrets);
    const supportedModes = (type: string): readonly ReadMode[] => sources.find(type)?.capabilities.modes ?? [];
    const secrets = { configSecrets, openConfig, erasureKey: createErasureKey(keyring) };
    const pushes = { pushBatcher: new PushBatcher(db.pool), pushWaiters: new PushWaiters(db) };
    const built = { config, db, logger, recordLog, sources, targets, queue, bell: queue, ...secrets, ...pushes };
    const missingKeys = async () => keysNotOn(keyring, await countKeysInUse(db.prisma));
    return { ...built, keyring, tracing, supportedModes, missingKeys, close: () => close(closings, logger) };
  } catch (error) {
    await close(closings, logger);
    throw error;
  }
}

/** A statement that waits for a lock ends earlier than one that works: the task is tried again then (R42). */
function taskTimeouts({ taskStatementMs: statementWithinMs }: Config) {
  return { statementWithinMs, lockWithinMs: Math.ceil(statementWithinMs / 2) };
}

/** A worker's tasks use two connections at most: one for the page, one for the heartbeat. */
function poolSize({ workerConcurrency }: Config, role: Role['role']): number {
  return role === 'api' ? 10 : 2 * workerConcurrency + 4;
}

/**
 * Gathers the adapters and the targets, those of plugins too.
 * @throws Error when a plugin can't be loaded.
 */
export async function register(config: Config, db: Db): Promise<{ sources: SourceRegistry; targets: TargetRegistry }> {
  const sources = new SourceRegistry();
  const egress = createEgress({ allow: config.egressAllow, ports: config.egressPorts });
  sources.register(ldapAdapter({ egress }));
  sources.register(csvAdapter({ root: config.csvRoot, egress }));
  const inbox = createInbox(db);
  sources.register(pushAdapter({ inbox }));
  sources.register(manualAdapter({ inbox }));
  // Limits are kept for all workers together, tokens for this process.
  const json: JsonWorld = { governor: databaseRateGovernor(db), tokens: createTokenCache(systemClock), egress };
  sources.register(wecomAdapter(json));
  sources.register(dingtalkAdapter(json));
  sources.register(feishuAdapter(json));
  sources.register(httpJsonAdapter(json));
  const added = await loadPlugins(config.plugins, { sources });
  return { sources, targets: new TargetRegistry([departmentsTarget, usersTarget, membershipsTarget, ...added]) };
}

async function close(closings: Parameters<typeof closeAll>[0], logger: Logger): Promise<void> {
  for (const unclosed of await closeAll(closings)) logger.warn('not closed cleanly', { ...unclosed });
  await closeAll([{ what: 'system log', close: () => closeLogger(logger) }]);
}
