import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { SecretKeyMissingError, SecretReferenceError, SourceConfigError } from '../domain/errors.js';
import { createKeyring, type SecretKey } from './sealing/keyring.js';
import { createConfigSecrets, MASK, maskConfig, MaskedSecretError } from './config-secrets.js';
import { createReferenceReader } from './reference-reader.js';
import { findUnknownKeys } from './walk-config.js';

const secret = () => z.string().min(1).meta({ secret: true });
const schema = z.object({
  url: z.string(),
  host: z.string().optional().meta({ destination: true }),
  password: secret(),
  token: secret().optional(),
  login: z.union([z.object({ by: z.literal('key'), key: secret() }), z.object({ by: z.literal('none') })]).nullable(),
  headers: z.record(z.string(), secret()).default({}),
  clients: z.array(z.object({ id: z.string(), secret: secret().transform((text) => text.trim()) })).optional(),
  account: z.object({ email: z.string(), privateKey: z.string() }).optional().meta({ secret: true }),
});
const config = {
  url: 'ldaps://dc.example.org',
  password: 'pw-1',
  login: { by: 'key', key: 'pw-2' },
  headers: { 'X-Key': 'pw-3' },
  clients: [{ id: 'a', secret: 'pw-4' }],
  account: { email: 'bot@example.org', privateKey: 'pw-5' },
};
const masked = {
  url: config.url,
  password: MASK,
  login: { by: 'key', key: MASK },
  headers: { 'X-Key': MASK },
  clients: [{ id: 'a', secret: MASK }],
  account: MASK,
};
const sourceId = '0190c1d2-0000-7000-8000-000000000001';

const env = { SOURCE_SECRET_PW: 'pw-9', DATABASE_URL: 'postgresql://never' };
const references = createReferenceReader({ allow: ['SOURCE_SECRET_*'], env, folder: null });
const newKey = (id: string): SecretKey => ({ id, key: randomBytes(32) });
const [k1, k2] = [newKey('k1'), newKey('k2')];
const withKeys = (...keys: SecretKey[]) => createConfigSecrets(createKeyring(keys), references);

describe('secret options', () => {
  const secrets = withKeys(k1);
  const opened = (stored: { config: unknown; dataKey: string | null }, by = secrets, id = sourceId) =>
    by.open({ sourceId: id, schema, ...stored });

  test('are unreadable at rest, masked when shown, and open for their source', () => {
    const stored = secrets.seal({ sourceId, schema, config });
    expect(JSON.stringify(stored)).not.toMatch(/pw-\d/);
    expect(maskConfig(schema, stored.config)).toEqual(masked);
    expect(opened(stored)).toEqual(config);
  });

  test('sent back masked keep what is stored; a new one replaces it; each save has a key of its own', () => {
    const stored = secrets.seal({ sourceId, schema, config });
    const again = secrets.seal({ sourceId, schema, config: { ...masked, url: 'x', password: 'pw-9' } }, stored);
    expect(opened(again)).toEqual({ ...config, url: 'x', password: 'pw-9' });
    expect([stored.dataKey, again.dataKey]).toEqual([
      expect.stringMatching(/^wrapped:v1:1:k1:/),
      expect.stringMatching(/^wrapped:v1:2:k1:/),
    ]);
    expect(() => opened({ config: stored.config, dataKey: again.dataKey })).toThrow(SourceConfigError);
  });

  test('masked where nothing is stored are refused by path', () => {
    const stored = secrets.seal({ sourceId, schema, config });
    const ask = () => secrets.seal({ sourceId, schema, config: { ...masked, token: MASK } }, stored);
    expect(ask).toThrow(MaskedSecretError);
    expect(() => secrets.seal({ sourceId, schema, config: masked })).toThrow(MaskedSecretError);
  });

  test('moved to another source, option or key version do not open', () => {
    const stored = secrets.seal({ sourceId, schema, config });
    const sealed = stored.config as typeof config;
    expect(() => opened(stored, secrets, 'other')).toThrow(SourceConfigError);
    const swapped = { ...sealed, password: sealed.headers['X-Key'] };
    expect(() => opened({ ...stored, config: swapped })).toThrow(/"password"/);
    const renamed = { ...sealed, password: sealed.password.replace('sealed:v2:1:', 'sealed:v2:2:') };
    expect(() => opened({ ...stored, config: renamed })).toThrow(/"password"/);
    const dataKey = stored.dataKey!.replace('wrapped:v1:1:', 'wrapped:v1:2:');
    expect(() => opened({ config: renamed, dataKey })).toThrow(SourceConfigError);
  });

  test('without the key that wraps name it', () => {
    const stored = secrets.seal({ sourceId, schema, config });
    expect(() => opened(stored, withKeys(k2))).toThrow(SecretKeyMissingError);
    expect(() => opened(stored, withKeys(k2))).toThrow(/"k1"/);
  });

  test('of a type that this process does not have are masked too', () => {
    expect(maskConfig(null, secrets.seal({ sourceId, schema, config }).config)).toEqual(masked);
  });

  test('keys that the schema does not know are found, in the branch of a union that fits', () => {
    const unknown = {
      ...config,
      pasword: 'x',
      login: { by: 'none', key: 'y' },
      clients: [{ id: 'a', secret: 's', z: 1 }],
    };
    expect(findUnknownKeys(schema, unknown)).toEqual([['pasword'], ['login', 'key'], ['clients', 0, 'z']]);
    expect(findUnknownKeys(schema, config)).toEqual([]);
  });
});

describe('references', () => {
  const secrets = withKeys(k1);
  const referring = { url: 'x', password: { $env: 'SOURCE_SECRET_PW' } };

  test('are stored and shown as they are, need no key, and are followed when opened', () => {
    const stored = secrets.seal({ sourceId, schema, config: referring });
    expect(stored).toEqual({ config: referring, dataKey: null });
    expect(maskConfig(schema, stored.config)).toEqual(referring);
    expect(secrets.open({ sourceId, schema, ...stored })).toEqual({ url: 'x', password: 'pw-9' });
  });

  test('survive a save with a mask, and can be replaced', () => {
    const stored = secrets.seal({ sourceId, schema, config: referring });
    const again = secrets.seal({ sourceId, schema, config: { url: 'y', password: MASK, token: 't' } }, stored);
    expect(secrets.open({ sourceId, schema, ...again })).toEqual({ url: 'y', password: 'pw-9', token: 't' });
    expect(secrets.seal({ sourceId, schema, config: { url: 'y', password: 'pw' } }, again).config).not.toEqual(
      referring,
    );
  });

  test('to what is not there or not for sources fail by name', () => {
    const open = (name: string) => () =>
      secrets.open({ sourceId, schema, config: { url: 'x', password: { $env: name } }, dataKey: null });
    expect(open('SOURCE_SECRET_GONE')).toThrow(SecretReferenceError);
    expect(open('SOURCE_SECRET_GONE')).toThrow(/"password".*SOURCE_SECRET_GONE is not set/);
    expect(open('DATABASE_URL')).toThrow(/may not refer to the variable DATABASE_URL/);
  });
});

describe('an exchange of keys', () => {
  const both = withKeys(k2, k1);
  const stored = withKeys(k1).seal({ sourceId, schema, config });

  test('wraps the data key anew and leaves the secrets as they are', () => {
    const rotated = both.rotate({ sourceId, schema, ...stored }, { newDataKey: false })!;
    expect(rotated.config).toBe(stored.config);
    expect(withKeys(k2).open({ sourceId, schema, ...rotated })).toEqual(config);
    expect(both.rotate({ sourceId, schema, ...rotated }, { newDataKey: false })).toBeNull();
    expect(both.rotate({ sourceId, schema: null, ...stored }, { newDataKey: false })).toEqual({
      config: stored.config,
      dataKey: expect.stringMatching(/^wrapped:v1:1:k2:/),
    });
  });

  test('seals anew with a new data key on request', () => {
    const rotated = both.rotate({ sourceId, schema, ...stored }, { newDataKey: true })!;
    expect(rotated.dataKey).toMatch(/^wrapped:v1:2:k2:/);
    expect((rotated.config as typeof config).password).not.toBe((stored.config as typeof config).password);
    expect(withKeys(k2).open({ sourceId, schema, ...rotated })).toEqual(config);
  });

  test('leaves references and options without secrets alone, and names a key that it lacks', () => {
    const plain = { config: { url: 'x', password: { $env: 'SOURCE_SECRET_PW' } }, dataKey: null };
    expect(both.rotate({ sourceId, schema, ...plain }, { newDataKey: true })).toBeNull();
    expect(() => withKeys(k2).rotate({ sourceId, schema, ...stored }, { newDataKey: false })).toThrow(/"k1"/);
  });
});
