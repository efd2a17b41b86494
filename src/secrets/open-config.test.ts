import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createOpenConfig } from './open-config.js';
import { createKeyring } from './sealing/keyring.js';
import { createConfigSecrets } from './config-secrets.js';
import { csvAdapter } from '../sources/csv/csv.adapter.js';
import { createReferenceReader } from './reference-reader.js';
import { SourceRegistry } from '../sources/source-registry.js';

const sources = new SourceRegistry();
sources.register(csvAdapter({ root: '/nowhere' }));
const references = createReferenceReader({ allow: [], env: {}, folder: null });
const open = createOpenConfig(
  sources,
  createConfigSecrets(createKeyring([{ id: 'k1', key: randomBytes(32) }]), references),
);
const stored = (url: string) => ({ id: 's', type: 'csv', config: { users: { url } }, dataKey: null });

test.each([
  'https://ada:c4nary@files.example.com/users.csv',
  'https://files.example.com/users.csv?sig=c4nary',
  'https://files.example.com/users.csv?a=1&Access%5FToken=c4nary#x',
])('a stored address with a credential is not used, and the error says what to do: %s', (url) => {
  const error = failureOf(() => open(stored(url)));
  expect(error).toMatchObject({
    code: 'source_config',
    message: expect.stringMatching(/^"users\.url" contains a .* use the option "auth" of the same file\. Then save/),
  });
  expect(error.message).not.toMatch(/c4nary|ada|files\.example/);
});

test('a stored address without one is opened', () => {
  const url = 'https://files.example.com/users.csv?pageToken=1';
  expect(open(stored(url))).toMatchObject({ users: { url } });
});

function failureOf(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It did not fail.');
}
