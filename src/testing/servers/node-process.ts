import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A Node process that a test started. */
export interface NodeProcess {
  readonly child: ChildProcess;
  /** The last lines that it printed. */
  readonly said: () => string;
  /** @throws Error with its last lines when it ended, or did not say it within a minute. */
  untilSaid(text: string): Promise<void>;
  /** Asks it to end, kills it after 27 s. @returns its exit code, null after a kill. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts Node; what it prints is kept, so that the pipes never fill up. */
export function startNode(args: readonly string[], env: NodeJS.ProcessEnv): NodeProcess {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = collect(child);
  return {
    child,
    said,
    untilSaid: (text) => untilSaid(child, said, text),
    end: (signal) => end(child, signal),
  };
}

/** Keeps the last lines, and keeps the pipes from filling up. */
function collect(child: ChildProcess): () => string {
  let text = '';
  const add = (chunk: Buffer) => (text = (text + chunk.toString()).slice(-8_000));
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => text;
}

async function untilSaid(child: ChildProcess, said: () => string, text: string): Promise<void> {
  for (let attempt = 0; attempt < 2_400; attempt += 1) {
    if (said().includes(text)) return;
    if (child.exitCode !== null) throw new Error(`The process ended with ${child.exitCode}: ${said()}`);
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error(`The process never said "${text}": ${said()}`);
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
