import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../config.js';

const text = (id: string, byte = 1) => `${id}:${Buffer.alloc(32, byte).toString('base64')}`;
const env = { DATABASE_URL: 'postgresql://host/db' };
let folder: string;

beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'rollcall-keys-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(content: string, mode: number): Promise<string> {
  const path = join(folder, `keys-${mode}`);
  await writeFile(path, content);
  await chmod(path, mode);
  return path;
}

test.each([0o600, 0o640])('keys come from a file of mode %d, one a line', async (mode) => {
  const file = await fileOf(`${text('k2', 2)}\n${text('k1')}\n`, mode);
  const { sealingKeys } = readConfig({ ...env, SECRET_KEYS: '', SECRET_KEYS_FILE: file });
  expect(sealingKeys.map(({ id, key }) => [id, key[0]])).toEqual([
    ['k2', 2],
    ['k1', 1],
  ]);
});

test.each([0o604, 0o644, 0o666])('a file of mode %d is refused: every user can read it', async (mode) => {
  const file = await fileOf(text('k1'), mode);
  expect(() => readConfig({ ...env, SECRET_KEYS_FILE: file })).toThrow(/SECRET_KEYS_FILE: .*every user can read/);
});

test.each([
  ['no place', {}, /SECRET_KEYS: set either/],
  ['both places', { SECRET_KEYS: text('k1'), SECRET_KEYS_FILE: '/nowhere' }, /SECRET_KEYS: .*not both/],
  ['a file that is not there', { SECRET_KEYS_FILE: '/nowhere/keys' }, /cannot be read \(ENOENT\)/],
  ['an id twice', { SECRET_KEYS: `${text('k1')},${text('k1', 2)}` }, /two keys with the id "k1"/],
  ['nothing but commas', { SECRET_KEYS: ' , ' }, /at least one/],
  ['a short key', { SECRET_KEYS: 'k1:c2VjcmV0' }, /base64 of 32 bytes/],
])('%s is a mistake that is reported without a value', (_what, given, message) => {
  const ask = () => readConfig({ ...env, ...given });
  expect(ask).toThrow(message);
  expect(ask).not.toThrow(/c2VjcmV0/);
});
