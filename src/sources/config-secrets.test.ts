import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { SourceConfigError } from '../domain/errors.js';
import { createSecrets } from '../platform/secrets.js';
import { createConfigSecrets, MASK, maskConfig, MaskedSecretError } from './config-secrets.js';
import { findUnknownKeys } from './walk-config.js';

const secret = () => z.string().min(1).meta({ secret: true });
const schema = z.object({
  url: z.string(),
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

describe('secret options', () => {
  const secrets = createConfigSecrets(createSecrets([{ id: 'k', key: randomBytes(32) }]));

  test('are unreadable at rest, masked when shown, and open for their source', () => {
    const sealed = secrets.seal({ sourceId, schema, config });
    expect(JSON.stringify(sealed)).not.toMatch(/pw-\d/);
    expect(maskConfig(schema, sealed)).toEqual(masked);
    expect(secrets.open({ sourceId, schema, config: sealed })).toEqual(config);
  });

  test('sent back masked keep what is stored; a new one replaces it', () => {
    const stored = secrets.seal({ sourceId, schema, config });
    const again = secrets.seal({ sourceId, schema, config: { ...masked, url: 'x', password: 'pw-9' } }, stored);
    expect(secrets.open({ sourceId, schema, config: again })).toEqual({ ...config, url: 'x', password: 'pw-9' });
  });

  test('masked where nothing is stored are refused by path', () => {
    const stored = secrets.seal({ sourceId, schema, config });
    const ask = () => secrets.seal({ sourceId, schema, config: { ...masked, token: MASK } }, stored);
    expect(ask).toThrow(MaskedSecretError);
    expect(() => secrets.seal({ sourceId, schema, config: masked })).toThrow(MaskedSecretError);
  });

  test('of another source do not open', () => {
    const sealed = secrets.seal({ sourceId, schema, config });
    expect(() => secrets.open({ sourceId: 'other', schema, config: sealed })).toThrow(SourceConfigError);
  });

  test('of a type that this process does not have are masked too', () => {
    expect(maskConfig(null, secrets.seal({ sourceId, schema, config }))).toEqual(masked);
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
