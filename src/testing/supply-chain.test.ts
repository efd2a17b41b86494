import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';

type Lock = { packages: Record<string, Record<string, unknown>> };
let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'rollcall-lock-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the check of `npm run lint` on the lockfile as `change` leaves it. */
function check(change: (lock: Lock) => void) {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
  change(lock);
  const path = join(folder, 'lock.json');
  writeFileSync(path, JSON.stringify(lock));
  const args = [resolve('.config/check-supply-chain.mjs'), relative('.', path)];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, stderr };
}

const evil = { version: '1.0.0', integrity: 'sha512-x' };

test('the lockfile as it is passes', () => {
  expect(check(() => undefined)).toEqual({ status: 0, stderr: '' });
});

test.each([
  ['a package with a new install script', { ...evil, hasInstallScript: true }, 'runs a script at install'],
  ['a package from elsewhere', { ...evil, resolved: 'git+ssh://git@host.example/evil.git' }, 'comes from elsewhere'],
  ['a package without a checksum', { ...evil, integrity: undefined }, 'no sha512 checksum'],
])('%s fails', (_name, entry, why) => {
  const { status, stderr } = check((lock) => (lock.packages['node_modules/express/node_modules/evil'] = entry));
  expect([status, stderr]).toEqual([1, expect.stringContaining(why)]);
});
