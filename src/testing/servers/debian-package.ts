import { spawnSync } from 'node:child_process';
import { writeSync } from 'node:fs';

const reported = new Set<string>();

/**
 * Whether a server that only Debian packages bring is there; tests that need it are skipped where it is not.
 *
 * Says one loud line naming the missing package.
 * @throws Error when CI=true: there a missing server is a broken build, not a skipped test.
 */
export function hasDebianPackage(packageName: string, binary: string): boolean {
  if (isOnPath(binary)) return true;
  const line = `The tests of this file need the Debian package "${packageName}" (no ${binary} found): apt-get install ${packageName}`;
  if (process.env['CI'] === 'true') throw new Error(line);
  if (!reported.has(packageName)) writeSync(2, `\n!!! SKIPPED: ${line}\n`);
  reported.add(packageName);
  return false;
}

/** Servers live in sbin, which is not on everyone's PATH. */
function isOnPath(binary: string): boolean {
  const path = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;
  return spawnSync('sh', ['-c', 'command -v "$0"', binary], { env: { PATH: path } }).status === 0;
}
