import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Quickstart } from './quickstart.js';

/** The folder where the quickstart keeps everything that it makes. */
export interface Workspace {
  readonly folder: string;
  /** As people type it. */
  readonly shownFolder: string;
  readonly logFolder: string;
  /** The PostgreSQL that a former run could not stop. */
  readonly leftOver: RunningPostgres | null;
  /** Tells later runs what to clean up should this one be killed. */
  remember(postgres: RunningPostgres): Promise<void>;
}

/** A PostgreSQL server that the quickstart started. */
export interface RunningPostgres {
  readonly pid: number;
  /** Address of its `postgres` database. */
  readonly url: string;
  readonly dataFolder: string;
}

interface Lock {
  readonly pid: number;
  readonly postgres?: RunningPostgres;
}

/**
 * Makes the folder, and makes sure that only one quickstart works in it.
 *
 * @throws Error saying what to do when it can't be written or another quickstart runs.
 */
export async function openWorkspace({ folder, root, keep }: Quickstart): Promise<Workspace> {
  const logFolder = join(folder, 'logs');
  const lockFile = join(folder, 'running.json');
  const shownFolder = relative(root, folder).startsWith('..') ? folder : relative(root, folder);
  await makeFolders(folder, logFolder);
  const former = await readLock(lockFile);
  if (former && isAlive(former.pid))
    throw new Error(
      `another quickstart is running in this folder (process ${former.pid}). Stop it with Ctrl-C; if no such process is running, delete ${lockFile}.`,
    );
  const write = (lock: Lock) => writeFile(lockFile, JSON.stringify(lock), { mode: 0o600 });
  await write({ ...former, pid: process.pid });
  keep({ what: 'the lock', close: () => rm(lockFile, { force: true }) });
  return {
    folder,
    shownFolder,
    logFolder,
    leftOver: former?.postgres ?? null,
    remember: (postgres) => write({ pid: process.pid, postgres }),
  };
}

/** PostgreSQL may run as another user, who must be able to walk through the folder; its files are closed one by one. */
async function makeFolders(folder: string, logFolder: string): Promise<void> {
  const hint = 'If another user created it, run as that user, or delete it to start again.';
  try {
    await mkdir(folder, { recursive: true });
    const { uid } = await stat(folder);
    if (process.getuid && uid !== process.getuid()) throw new Error(`it belongs to user ${uid}`);
    await chmod(folder, 0o755);
    await mkdir(logFolder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code ?? message;
    throw new Error(`the folder ${folder} cannot be used (${reason}). ${hint}`, { cause });
  }
}

async function readLock(lockFile: string): Promise<Lock | null> {
  try {
    return JSON.parse(await readFile(lockFile, 'utf8')) as Lock;
  } catch {
    // None, or one that was cut off while it was written: nothing to learn from it.
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
