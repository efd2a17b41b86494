import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from './open-workspace.js';
import type { Quickstart } from './quickstart.js';

/** One of Rollcall's processes. */
export interface Service {
  readonly name: 'API' | 'worker';
  /** From the project's folder. */
  readonly script: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Longer than a worker takes to finish its page and give its task back. */
const KILL_AFTER_MS = 28_000;

const SHOWN_LOG_LINES = 8;

/** Starts a process of its own; the quickstart fails when it ends by itself. */
export function startService(quickstart: Quickstart, workspace: Workspace, service: Service): void {
  const logFile = join(workspace.logFolder, `${service.name.toLowerCase()}.log`);
  const child = spawnService(quickstart.root, service, logFile);
  let stopped = false;
  child.once('exit', (code, signal) => {
    if (!stopped) quickstart.fail(new Error(`the ${service.name} ended (${code ?? signal}).\n${lastLines(logFile)}`));
  });
  quickstart.keep({
    what: `the ${service.name}`,
    close: () => {
      stopped = true;
      return stopChild(child);
    },
  });
}

function spawnService(root: string, { script, environment }: Service, logFile: string): ChildProcess {
  const log = openSync(logFile, 'w', 0o600);
  const args = ['--enable-source-maps', '--import', 'tsx', '--import', './quickstart/end-with-parent.ts', script];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...environment },
    // Ctrl-C must not reach it: it is stopped in order, before its database.
    detached: process.platform !== 'win32',
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  return child;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  await gone;
  clearTimeout(timer);
}

function lastLines(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-SHOWN_LOG_LINES);
  return `Its last lines, all in ${logFile}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
