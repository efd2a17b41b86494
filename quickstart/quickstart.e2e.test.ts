import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '..');

let folder: string;
const started: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-quickstart-'));
});

afterAll(async () => {
  for (const child of started) child.kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Waits for a text. */
  readonly says: (text: string) => Promise<void>;
  readonly exit: Promise<number | null>;
}

function start(...args: string[]): Run {
  const child = spawn(process.execPath, ['--import', 'tsx', 'quickstart/main.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, ROLLCALL_FOLDER: folder, NODE_OPTIONS: '' },
  });
  started.push(child);
  let text = '';
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  const add = (chunk: Buffer) => (text += chunk.toString());
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  return {
    child,
    exit,
    output: () => text,
    async says(wanted) {
      while (!text.includes(wanted)) {
        const ended = await Promise.race([exit.then(() => true), once(child.stdout, 'data').then(() => false)]);
        if (ended && !text.includes(wanted)) throw new Error(`It ended without saying "${wanted}":\n${text}`);
      }
    },
  };
}

/** Runs a command beside the quickstart, without DATABASE_URL, as its last lines say. @returns what it printed. */
async function rollcall(...words: string[]): Promise<string> {
  const { DATABASE_URL: _url, SECRET_KEYS: _keys, ...env } = process.env;
  const args = ['--import', 'tsx', 'src/cli/main.ts', ...words];
  const options = { cwd: ROOT, env: { ...env, ROLLCALL_FOLDER: folder } };
  return (await promisify(execFile)(process.execPath, args, options)).stdout;
}

const portOf = (text: string, pattern: RegExp) => Number(pattern.exec(text)?.[1]);
const databasePort = (text: string) => portOf(text, /127\.0\.0\.1:(\d+)/);
const apiPort = (text: string) => portOf(text, /localhost:(\d+)/);

function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => done(true)).once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });
}

test('the first start syncs twice, shows where to go on, and Ctrl-C stops everything', async () => {
  const run = start();
  await run.says('Ctrl-C');
  const text = run.output();
  expect(text).toContain('sample-company registered');
  expect(text).toMatch(/user\s+300\s+300/);
  expect(text).toContain('All records are unchanged');
  const key = /Admin key +(\S+)/.exec(text)?.[1] ?? '';
  const answer = await fetch(`http://127.0.0.1:${apiPort(text)}/api/v1/users?limit=1`, {
    headers: { authorization: `Bearer ${key}` },
  });
  expect(answer.status).toBe(200);

  const account = await rollcall('admin', 'create', '--username', 'ada', '--role', 'admin', '--generate', '--json');
  expect(JSON.parse(account)).toMatchObject({ username: 'ada', role: 'admin' });
  expect(await rollcall('secrets', 'status')).toContain('No key but "quickstart" is needed.');

  run.child.kill('SIGINT');
  run.child.kill('SIGINT');
  expect(await run.exit).toBe(0);
  expect(await listens(apiPort(text))).toBe(false);
  expect(await listens(databasePort(text))).toBe(false);
  await expect(access(join(folder, 'running.json'))).rejects.toThrow('ENOENT');
});

test('its secrets are readable by their owner only', async () => {
  for (const name of ['admin-key', 'secret-keys', 'database-url'])
    expect((await stat(join(folder, name))).mode & 0o077).toBe(0);
  expect((await stat(join(folder, 'logs'))).mode & 0o077).toBe(0);
  const key = (await readFile(join(folder, 'admin-key'), 'utf8')).trim();
  for (const name of await readdir(join(folder, 'logs'))) {
    if (!name.endsWith('.log')) continue;
    expect(await readFile(join(folder, 'logs', name), 'utf8')).not.toContain(key);
  }
});

test('a start after a kill cleans up, goes on with the data, and ends by itself with --once', async () => {
  const killed = start();
  await killed.says('Source');
  killed.child.kill('SIGKILL');
  await killed.exit;

  const next = start('--once');
  expect({ code: await next.exit, text: next.output() }).toMatchObject({ code: 0 });
  expect(next.output()).toContain('already exists');
  expect(next.output()).toContain('All records are unchanged');
  expect(databasePort(next.output())).toBe(databasePort(killed.output()));
  for (const run of [killed, next]) {
    expect(await listens(apiPort(run.output()))).toBe(false);
    expect(await listens(databasePort(run.output()))).toBe(false);
  }
});

test('a second quickstart in the same folder is refused, with a word on what to do', async () => {
  const first = start();
  await first.says('PostgreSQL');
  const second = start('--once');
  expect(await second.exit).toBe(1);
  expect(second.output()).toContain('Stop it with Ctrl-C');
  first.child.kill('SIGTERM');
  expect(await first.exit).toBe(130);
});
