import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../../platform/free-port.js';
import { type NodeProcess, startNode } from '../servers/node-process.js';

/** The real API and workers, as processes of their own. */
export interface System {
  readonly baseUrl: string;
  /** An admin's API key. */
  readonly key: string;
  readonly logDir: string;
  /** Of the API's process. */
  readonly apiPid: number;
  /** Sends JSON and reads the answer. */
  call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>;
  /** Waits until a task has ended or is held. */
  untilEnded(taskId: string): Promise<Task>;
  startWorker(): Promise<ChildProcess>;
  /** The last lines that the processes printed. */
  said(): string;
  stopWorker(worker: ChildProcess, signal?: NodeJS.Signals): Promise<number | null>;
  stop(): Promise<void>;
}

/** An answer of the API, its body read as JSON. */
export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** A task as the API shows it, as far as tests look. */
export interface Task {
  readonly id: string;
  readonly status: string;
  readonly attempt: number;
  readonly counts: Record<string, Record<string, number>>;
  readonly error: { code: string; message: string } | null;
  readonly held: { planHash: string; reasons: { code: string }[] } | null;
}

/** What the processes are started with. */
export interface SystemOptions {
  readonly databaseUrl: string;
  readonly redisUrl?: string;
  readonly csvRoot?: string;
  readonly plugins?: readonly string[];
  /** More of the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where the API listens; a free port when left out. */
  readonly port?: number;
  /** Worker processes to start with, default 1. */
  readonly workers?: number;
  /** Run what `npm run build` made, with the flags of `npm start` and `npm run worker`, instead of the sources. */
  readonly compiled?: boolean;
}

const WORKER = 'workers/main.ts';

/** Starts API and workers on a free port and makes an admin key. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const logDir = await mkdtemp(join(tmpdir(), 'rollcall-logs-'));
  const port = options.port ?? (await freePort());
  const env = environmentOf(options, { logDir, port });
  const children: NodeProcess[] = [];
  const start = (script: string) => {
    const flags = script === WORKER ? ['--max-old-space-size=256'] : [];
    const compiled = [...flags, resolve('dist', script.replace(/\.ts$/, '.js'))];
    const args = options.compiled ? compiled : ['--import', 'tsx', resolve(script)];
    const started = startNode(args, env);
    children.push(started);
    return started;
  };
  const baseUrl = `http://127.0.0.1:${port}`;
  const api = start('src/server.ts');
  const startWorker = async () => {
    const worker = start(WORKER);
    await worker.untilSaid('worker started');
    return worker.child;
  };
  const [key] = await Promise.all([
    makeKey(env),
    untilReady(api, baseUrl),
    ...Array.from({ length: options.workers ?? 1 }, startWorker),
  ]);
  const call = callerOf(baseUrl, key);
  return {
    ...{ baseUrl, key, logDir, apiPid: api.child.pid!, call, startWorker },
    said: () => children.map((child) => child.said()).join('\n'),
    stopWorker: (worker, signal) => children.find((one) => one.child === worker)!.end(signal),
    untilEnded: (taskId) => untilEnded(call, taskId),
    async stop() {
      await Promise.all(children.map((child) => child.end()));
      await rm(logDir, { recursive: true, force: true });
    },
  };
}

/** Environment of the processes of one system. */
export function environmentOf(
  options: SystemOptions,
  { logDir, port }: { logDir: string; port: number },
): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    NODE_ENV: 'test',
    DATABASE_URL: options.databaseUrl,
    BREACHED_PASSWORDS: 'off',
    ...(options.redisUrl ? { REDIS_URL: options.redisUrl } : {}),
    ...(options.csvRoot ? { CSV_ROOT: options.csvRoot } : {}),
    ...(options.plugins ? { PLUGINS: options.plugins.join(',') } : {}),
    // Tests that are about the second factor say so.
    SECOND_FACTOR: 'optional',
    SECRET_KEYS: `test:${randomBytes(32).toString('base64')}`,
    ...options.env,
    HOST: '127.0.0.1',
    PORT: String(port),
    LOG_DIR: logDir,
    // Servers of tests are on this machine.
    EGRESS_ALLOW: '127.0.0.0/8,::1/128',
    EGRESS_PORTS: '1-65535',
  };
}

async function makeKey(env: NodeJS.ProcessEnv): Promise<string> {
  const words = ['keys', 'create', '--role', 'admin', '--name', 'test', '--json'];
  const args = ['--import', 'tsx', resolve('src/cli/main.ts'), ...words];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`keys create ended with ${code}`);
  return (JSON.parse(text) as { key: string }).key;
}

/** A caller of the API with one key. */
export function callerOf(baseUrl: string, key: string): System['call'] {
  return async <T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(baseUrl + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...type, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: (text === '' ? null : JSON.parse(text)) as T };
  };
}

const ENDED = ['succeeded', 'partial', 'failed', 'cancelled', 'held'];

async function untilEnded(call: System['call'], taskId: string): Promise<Task> {
  for (let attempt = 0; attempt < 1_800; attempt += 1) {
    const { body } = await call<Task>('GET', `/api/v1/tasks/${taskId}`);
    if (ENDED.includes(body.status)) return body;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`Task ${taskId} did not end within three minutes.`);
}

/** Waits until an API process says that it is ready. */
export async function untilReady({ child, said }: NodeProcess, baseUrl: string): Promise<void> {
  for (let attempt = 0; attempt < 1_800; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`The API ended with ${child.exitCode}: ${said()}`);
    const answer = await fetch(`${baseUrl}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`The API is not ready after three minutes: ${said()}`);
}
