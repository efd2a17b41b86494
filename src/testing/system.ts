import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../platform/free-port.js';

/** The real API and workers, as processes of their own. */
export interface System {
  readonly baseUrl: string;
  /** An admin's API key. */
  readonly key: string;
  readonly logDir: string;
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
  /** Private networks that sources may reach: for fakes on this machine. */
  readonly egressAllow?: readonly string[];
  /** Worker processes to start with, default 1. */
  readonly workers?: number;
  /** Run what `npm run build` made, with the flags of `npm run worker`, instead of the sources. */
  readonly compiled?: boolean;
}

/** Starts API and workers on a free port and makes an admin key. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const logDir = await mkdtemp(join(tmpdir(), 'rollcall-logs-'));
  const port = await freePort();
  const env = environmentOf(options, { logDir, port });
  const children: ChildProcess[] = [];
  const start = (script: string) => {
    const compiled = ['--max-old-space-size=256', resolve('dist', script.replace(/\.ts$/, '.js'))];
    const args = options.compiled ? compiled : ['--import', 'tsx', resolve(script)];
    const child = spawn(process.execPath, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    return child;
  };
  const baseUrl = `http://127.0.0.1:${port}`;
  const api = start('src/server.ts');
  const startWorker = async () => {
    const worker = start('workers/main.ts');
    await untilPrinted(worker, 'worker started');
    return worker;
  };
  const [key] = await Promise.all([
    makeKey(env),
    untilReady(api, baseUrl),
    ...Array.from({ length: options.workers ?? 1 }, startWorker),
  ]);
  const call = callerOf(baseUrl, key);
  return {
    ...{ baseUrl, key, logDir, call, startWorker, stopWorker: end },
    untilEnded: (taskId) => untilEnded(call, taskId),
    async stop() {
      await Promise.all(children.map((child) => end(child)));
      await rm(logDir, { recursive: true, force: true });
    },
  };
}

function environmentOf(options: SystemOptions, { logDir, port }: { logDir: string; port: number }): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    NODE_ENV: 'test',
    DATABASE_URL: options.databaseUrl,
    ...(options.redisUrl ? { REDIS_URL: options.redisUrl } : {}),
    ...(options.csvRoot ? { CSV_ROOT: options.csvRoot } : {}),
    ...(options.egressAllow ? { EGRESS_ALLOW: options.egressAllow.join(',') } : {}),
    ...(options.plugins ? { PLUGINS: options.plugins.join(',') } : {}),
    HOST: '127.0.0.1',
    PORT: String(port),
    LOG_DIR: logDir,
    SECRET_KEYS: `test:${randomBytes(32).toString('base64')}`,
  };
}

async function makeKey(env: NodeJS.ProcessEnv): Promise<string> {
  const args = ['--import', 'tsx', resolve('src/keys.ts'), 'create', '--role', 'admin', '--name', 'test', '--json'];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`keys create ended with ${code}`);
  return (JSON.parse(text) as { key: string }).key;
}

function callerOf(baseUrl: string, key: string): System['call'] {
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
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const { body } = await call<Task>('GET', `/api/v1/tasks/${taskId}`);
    if (ENDED.includes(body.status)) return body;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`Task ${taskId} did not end within a minute.`);
}

async function untilReady(api: ChildProcess, baseUrl: string): Promise<void> {
  const said = collect(api);
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (api.exitCode !== null) throw new Error(`The API ended with ${api.exitCode}: ${said()}`);
    const answer = await fetch(`${baseUrl}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`The API is not ready after a minute: ${said()}`);
}

async function untilPrinted(child: ChildProcess, text: string): Promise<void> {
  const said = collect(child);
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (said().includes(text)) return;
    if (child.exitCode !== null) throw new Error(`The process ended with ${child.exitCode}: ${said()}`);
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`The process never said "${text}": ${said()}`);
}

/** Keeps the last lines, and keeps the pipes from filling up. */
function collect(child: ChildProcess): () => string {
  let text = '';
  const add = (chunk: Buffer) => (text = (text + chunk.toString()).slice(-4_000));
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => text;
}

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const gone = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), 27_000);
  await gone;
  clearTimeout(timer);
  return child.exitCode;
}
