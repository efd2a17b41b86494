import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../platform/free-port.js';

const BINARY = 'redis-server';

/** A Redis server of one test file. */
export interface TestRedis {
  readonly url: string;
  /** Loses everything, like a server whose disk was lost. */
  flush(): Promise<void>;
  /** Ends the server at once; `start` brings an empty one back at the same address. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Lets it hang without closing a connection, and go on. */
  freeze(): void;
  thaw(): void;
  /** Ends the server and deletes its folder. */
  close(): Promise<void>;
}

/** Starts `redis-server` on a free port of loopback, without persistence; ask `hasDebianPackage` before. */
export async function startTestRedis(settings: readonly string[] = []): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: ChildProcess | null = null;
  const start = async () => {
    server = spawnServer(port, folder, settings);
    await answering(url);
  };
  const stop = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  };
  await start();
  return {
    url,
    start,
    stop,
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    async flush() {
      const client = new Redis(url);
      await client.flushall();
      client.disconnect();
    },
    async close() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function spawnServer(port: number, folder: string, settings: readonly string[]): ChildProcess {
  const basics = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  const given = settings.length > 0 ? settings : ['--maxmemory-policy', 'noeviction'];
  return spawn(BINARY, [...basics, ...given], { stdio: 'ignore' });
}

async function answering(url: string): Promise<void> {
  const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: 500 });
  client.on('error', () => undefined);
  try {
    await client.ping();
  } finally {
    client.disconnect();
  }
}
