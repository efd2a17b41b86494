import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../config.js';
import { SecretReferenceError } from '../domain/errors.js';
import { createReferenceReader } from './reference-reader.js';

let base: string;
let folder: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'rollcall-references-'));
  folder = join(base, 'secrets');
  await mkdir(join(folder, '..2026'), { recursive: true });
  await mkdir(join(base, 'secrets-of-others'));
  await Promise.all([
    writeFile(join(base, 'outside'), 'canary'),
    writeFile(join(base, 'secrets-of-others', 'key'), 'canary'),
    writeFile(join(folder, '..2026', 'password'), 'pass\n'),
    writeFile(join(folder, 'windows'), 'pass word\r\n'),
    writeFile(join(folder, 'two-lines'), 'a\n\n'),
    writeFile(join(folder, 'empty'), '\n'),
    writeFile(join(folder, 'big'), 'x'.repeat(65_537)),
  ]);
  // As Kubernetes lays secrets out.
  await symlink('..2026', join(folder, '..data'));
  await symlink('..data/password', join(folder, 'password'));
  await symlink(join(base, 'outside'), join(folder, 'link'));
  await symlink(base, join(folder, 'up'));
  await symlink(join(base, 'secrets-of-others'), join(folder, 'neighbour'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
});
afterAll(() => rm(base, { recursive: true, force: true }));

const read = (reference: { $env: string } | { $file: string }, env: Record<string, string> = {}) =>
  createReferenceReader({ allow: ['SOURCE_SECRET_*', 'LDAP_PASSWORD'], env, folder }).read(reference, 'bindPassword');

test.each([
  ['password', 'pass'],
  ['windows', 'pass word'],
  ['two-lines', 'a\n'],
])('%s is read without its last end of line', (name, text) => expect(read({ $file: name })).toBe(text));

test.each([
  ['', 'path in'],
  ['../outside', 'path in'],
  ['sub/../../outside', 'path in'],
  ['..\\outside', 'path in'],
  ['/etc/passwd', 'path in'],
  ['pass\0word', 'path in'],
  ['gone', 'does not exist'],
  ['link', 'is outside of it'],
  ['up/outside', 'is outside of it'],
  ['neighbour/key', 'is outside of it'],
  ['.', 'is outside of it'],
  ['..2026', 'not a regular file'],
  ['pipe', 'not a regular file'],
  ['big', 'larger'],
  ['empty', 'empty'],
])('the file %j is refused: %s', (name, why) => {
  const ask = () => read({ $file: name });
  expect(ask).toThrow(SecretReferenceError);
  expect(ask).toThrow('"bindPassword"');
  expect(ask).toThrow(why);
  expect(ask).not.toThrow(/canary/);
});

test('without a folder no file is read', () => {
  const reader = createReferenceReader({ allow: [], env: {}, folder: null });
  expect(() => reader.read({ $file: 'password' }, 'x')).toThrow(/SOURCE_SECRETS_DIR is not set/);
});

test('a variable is read only where its name is allowed, and never one of our own', () => {
  const env = { SOURCE_SECRET_A: 'a', LDAP_PASSWORD: 'b', LDAP_PASSWORD_2: 'c', PATH: 'd' };
  expect([read({ $env: 'SOURCE_SECRET_A' }, env), read({ $env: 'LDAP_PASSWORD' }, env)]).toEqual(['a', 'b']);
  for (const name of ['LDAP_PASSWORD_2', 'PATH', 'SOURCE_SECRET', '__proto__', 'A B', 'SOURCE_SECRET_*'])
    expect(() => read({ $env: name }, env)).toThrow(SecretReferenceError);
  const key = `k:${Buffer.alloc(32).toString('base64')}`;
  const own = { DATABASE_URL: 'postgresql://h/d', SECRET_KEYS: key, SOURCE_ENV_ALLOW: 'S*,DATABASE_URL', SHELLS: 'x' };
  const { references } = readConfig(own);
  const reader = createReferenceReader(references);
  expect(reader.read({ $env: 'SHELLS' }, 'x')).toBe('x');
  for (const name of ['DATABASE_URL', 'SECRET_KEYS']) expect(() => reader.read({ $env: name }, 'x')).toThrow(/not set/);
});
