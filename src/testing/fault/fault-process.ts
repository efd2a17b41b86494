import { join } from 'node:path';
import { type NodeProcess, startNode } from '../servers/node-process.js';
import type { TapPoint } from './tap-rules.js';
import { openWireTap, type WireTap } from './wire-tap.js';

/** A process of the product whose wires a test holds. */
export interface FaultProcess {
  readonly node: NodeProcess;
  readonly postgres: WireTap;
  readonly redis: WireTap;
  /** Kills it (SIGKILL) as soon as the point is reached. @returns when it is dead. */
  killAt(connection: 'postgres' | 'redis', point: TapPoint): Promise<void>;
  kill(): Promise<void>;
  /** Stops it without its knowing, and lets it go on (SIGSTOP, SIGCONT). */
  freeze(): void;
  thaw(): void;
  /** Asks it to end (SIGTERM). @returns its exit code. */
  stop(): Promise<number | null>;
}

/** Which program is started, and what it talks to. */
export interface FaultProcessOptions {
  /** The compiled product. */
  readonly product: string;
  readonly program: 'src/server.js' | 'workers/main.js';
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly env: NodeJS.ProcessEnv;
  /** It waits for the database from its first word on, until its wire is healed. */
  readonly stalled?: boolean;
}

/** Starts a process with a tap on each of its wires. */
export async function startFaultProcess(options: FaultProcessOptions): Promise<FaultProcess> {
  const postgres = await openWireTap('postgres', options.databaseUrl);
  const redis = await openWireTap('redis', options.redisUrl);
  if (options.stalled) postgres.stall();
  const env = { ...options.env, DATABASE_URL: postgres.url, REDIS_URL: redis.url };
  const node = startNode(['--enable-source-maps', join(options.product, options.program)], env);
  const kill = async () => {
    await node.end('SIGKILL');
    // The kernel closes a dead process's connections; so does the tap, before the test continues.
    postgres.reset();
    redis.reset();
  };
  const end = async (ending: Promise<number | null>) => {
    const code = await ending;
    await Promise.all([postgres.close(), redis.close()]);
    return code;
  };
  return {
    ...{ node, postgres, redis, kill },
    killAt: (connection, point) => (connection === 'postgres' ? postgres : redis).at(point, kill),
    freeze: () => void node.child.kill('SIGSTOP'),
    thaw: () => void node.child.kill('SIGCONT'),
    stop() {
      node.child.kill('SIGCONT');
      postgres.heal();
      redis.heal();
      return end(node.end());
    },
  };
}
