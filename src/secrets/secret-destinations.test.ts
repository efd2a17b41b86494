import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createKeyring } from './sealing/keyring.js';
import { setAt } from './secret-reference.js';
import { createConfigSecrets, MASK, SecretRequiredError } from './config-secrets.js';
import { csvOptions } from '../sources/csv/csv-options.js';
import { dingtalkConfigSchema } from '../sources/dingtalk/dingtalk-config.js';
import { feishuConfigSchema } from '../sources/feishu/feishu-config.js';
import { changedDestinations } from './find-destinations.js';
import { httpJsonOptions } from '../sources/http-json/http-json-options.js';
import { ldapConfigSchema } from '../sources/ldap/ldap-config.js';
import { createReferenceReader } from './reference-reader.js';
import { findSecrets } from './walk-config.js';
import { wecomOptions } from '../sources/wecom/wecom-options.js';

const references = createReferenceReader({ allow: ['SOURCE_SECRET_*'], env: { SOURCE_SECRET_A: 'a' }, folder: null });
const secrets = createConfigSecrets(createKeyring([{ id: 'k1', key: randomBytes(32) }]), references);
const sourceId = '0190c1d2-0000-7000-8000-000000000001';

interface Scene {
  readonly schema: z.ZodType;
  readonly config: Record<string, unknown>;
}

const users = { path: '/users', id: 'id' };
const baseUrl = 'https://hr.example.com/api';
const json = (auth: unknown): Scene => ({ schema: httpJsonOptions, config: { baseUrl, auth, users } });
const url = 'https://files.example.com/users.csv';
const scenes = {
  ldap: {
    schema: ldapConfigSchema,
    config: {
      ...{ url: 'ldap://dc.example.org', startTls: true, bindDn: 'cn=reader', bindPassword: 's3cret' },
      ...{ preset: 'openldap', baseDn: 'dc=example,dc=org', users: {}, departments: null, tls: { ca: 'PEM' } },
    },
  },
  basic: json({ type: 'basic', username: 'reader', password: 's3cret' }),
  bearer: json({ type: 'bearer', token: 's3cret' }),
  apiKey: json({ type: 'apiKey', header: 'X-Key', key: 's3cret' }),
  query: json({ type: 'query', name: 'api_key', value: 's3cret' }),
  oauth: json({ type: 'oauth2', tokenUrl: 'https://login.example.com/t', clientId: 'c', clientSecret: 's3cret' }),
  csv: { schema: csvOptions, config: { users: { url, auth: { type: 'basic', username: 'u', password: 's3cret' } } } },
  wecom: { schema: wecomOptions, config: { corpId: 'ww01234567', appSecret: 's3cret', contactSecret: 's3cret-2' } },
  dingtalk: { schema: dingtalkConfigSchema, config: { appKey: 'ding1', appSecret: 's3cret' } },
  feishu: { schema: feishuConfigSchema, config: { appId: 'cli_1', appSecret: 's3cret', baseUrl: 'https://f.example' } },
} satisfies Record<string, Scene>;

type Name = keyof typeof scenes;
type Change = readonly [scene: Name, path: string, to: unknown];

/** Saves the scene, and then again with its secrets masked and one option changed. */
function saveMasked(name: Name, path: string, to: unknown) {
  const { schema, config } = scenes[name];
  const stored = secrets.seal({ sourceId, schema, config });
  const masked = findSecrets(schema, config).reduce((all, place) => setAt(all, place, MASK), config as unknown);
  const changed = setAt(masked, path.split('.'), to);
  return () => secrets.open({ sourceId, schema, ...secrets.seal({ sourceId, schema, config: changed }, stored) });
}

describe('a masked secret is refused where its destination changes', () => {
  test.each<Change>([
    ['ldap', 'url', 'ldap://attacker.example'],
    ['ldap', 'url', 'ldap://dc.example.org:1389'],
    ['ldap', 'url', 'ldaps://dc.example.org'],
    ['ldap', 'startTls', false],
    ['ldap', 'startTls', undefined],
    ['ldap', 'tls.ca', 'PEM of the attacker'],
    ['ldap', 'tls', undefined],
    ['ldap', 'tls.serverName', 'attacker.example'],
    ['ldap', 'bindDn', 'cn=other'],
    ['basic', 'baseUrl', 'https://attacker.example/api'],
    ['basic', 'baseUrl', 'https://hr.example.com:8443/api'],
    ['basic', 'baseUrl', 'http://hr.example.com/api'],
    ['basic', 'baseUrl', 'https://hr.example.com/another-tenant'],
    ['basic', 'ca', 'PEM'],
    ['basic', 'auth.username', 'other'],
    ['basic', 'auth.type', 'bearer'],
    ['bearer', 'baseUrl', 'https://attacker.example'],
    ['apiKey', 'auth.header', 'Referer'],
    ['apiKey', 'auth.header', undefined],
    ['query', 'baseUrl', 'https://attacker.example'],
    ['query', 'auth.name', 'page'],
    ['oauth', 'baseUrl', 'https://attacker.example'],
    ['oauth', 'auth.tokenUrl', 'https://attacker.example/t'],
    ['oauth', 'auth.clientId', 'other'],
    ['oauth', 'auth.sendAs', 'body'],
    ['csv', 'users.url', 'https://attacker.example/users.csv'],
    ['csv', 'users.ca', 'PEM'],
    ['csv', 'users.auth.username', 'other'],
    ['csv', 'departments', { url: 'https://attacker.example/d.csv' }],
    ['wecom', 'baseUrl', 'https://attacker.example'],
    ['wecom', 'corpId', 'ww76543210'],
    ['wecom', 'ca', 'PEM'],
    ['dingtalk', 'baseUrl', 'https://attacker.example'],
    ['dingtalk', 'newBaseUrl', 'https://attacker.example'],
    ['dingtalk', 'ca', 'PEM'],
    ['dingtalk', 'appKey', 'ding2'],
    ['feishu', 'baseUrl', 'https://attacker.example'],
    ['feishu', 'baseUrl', undefined],
    ['feishu', 'platform', 'lark'],
    ['feishu', 'ca', 'PEM'],
  ])('%s: %s → %j', (name, path, to) => {
    expect(saveMasked(name, path, to)).toThrow(SecretRequiredError);
  });
});

describe('a masked secret stays where only other options change', () => {
  test.each<Change>([
    ['ldap', 'baseDn', 'dc=other,dc=org'],
    ['ldap', 'pageSize', 100],
    ['ldap', 'departments', {}],
    ['basic', 'users.path', '/v2/users'],
    ['basic', 'paging', { type: 'page' }],
    ['basic', 'baseUrl', 'HTTPS://HR.example.com:443/api'],
    ['basic', 'ca', null],
    ['apiKey', 'limits', { perMinute: 10 }],
    ['oauth', 'auth.scope', 'read'],
    ['oauth', 'auth.sendAs', 'basic'],
    ['csv', 'delimiter', ';'],
    ['csv', 'departments', { file: 'departments.csv' }],
    ['wecom', 'read', 'export'],
    ['wecom', 'baseUrl', 'https://qyapi.weixin.qq.com'],
    ['dingtalk', 'superiors', true],
    ['feishu', 'identity', 'open_id'],
  ])('%s: %s → %j', (name, path, to) => {
    expect(JSON.stringify(saveMasked(name, path, to)())).toContain('s3cret');
  });
});

test('the error names what changes and each masked secret, never a value', () => {
  try {
    saveMasked('wecom', 'baseUrl', 'https://attacker.example')();
  } catch (error) {
    const { paths, changed, message } = error as SecretRequiredError;
    expect({ paths, changed }).toEqual({ paths: [['appSecret'], ['contactSecret']], changed: ['baseUrl'] });
    expect(message).not.toMatch(/s3cret|attacker/);
    return;
  }
  throw new Error('The masked secret was kept.');
});

test('a secret sent anew may go anywhere; a stored reference behind a mask may not', () => {
  const { schema, config } = scenes.bearer;
  const stored = secrets.seal({
    sourceId,
    schema,
    config: { ...config, auth: { type: 'bearer', token: { $env: 'SOURCE_SECRET_A' } } },
  });
  const moved = (token: unknown) => ({ ...config, baseUrl: 'https://new.example', auth: { type: 'bearer', token } });
  const save = (token: unknown) => () => secrets.seal({ sourceId, schema, config: moved(token) }, stored);
  expect(save(MASK)).toThrow(SecretRequiredError);
  expect(save('new')).not.toThrow();
  expect(save({ $env: 'SOURCE_SECRET_A' })).not.toThrow();
});

describe('secrets that never leave the process stay', () => {
  const callback = { token: 'c4llback', aesKey: 'a'.repeat(43) };
  const config = { corpId: 'ww01234567', appSecret: 's3cret', callback };
  const stored = secrets.seal({ sourceId, schema: wecomOptions, config });
  const save = (appSecret: string) => () =>
    secrets.seal(
      {
        ...{ sourceId, schema: wecomOptions },
        config: { ...config, appSecret, callback: { token: MASK, aesKey: MASK }, baseUrl: 'https://new.example' },
      },
      stored,
    );

  test('while one that is sent has to be entered again', () => {
    expect(save('new')).not.toThrow();
    expect(save(MASK)).toThrow(/"baseUrl" changes/);
  });
});

describe('a schema that marks no destination', () => {
  const secret = () => z.string().meta({ secret: true });
  const schema = z.strictObject({ where: z.string(), size: z.number().optional(), password: secret() });
  const config = { where: 'a', password: 's3cret' };

  test('counts every option that is no secret as one', () => {
    expect(changedDestinations(schema, config, { ...config, password: 'other' })).toEqual([]);
    expect(changedDestinations(schema, config, { ...config, where: 'b', size: 1 })).toEqual(['size', 'where']);
  });
});

describe('marks', () => {
  const option = () => z.string().meta({ destination: true });
  const schema = z.strictObject({
    list: z.array(z.strictObject({ host: option(), note: z.string().optional() })).default([]),
    by: z.record(z.string(), option()).optional(),
    tls: z.strictObject({ verify: z.boolean().default(true).meta({ destination: true }) }).prefault({}),
    server: z.strictObject({ host: z.string(), port: z.number() }).meta({ destination: true }).optional(),
    size: z.number().optional(),
  });
  test.each([
    [{}, { size: 1 }, []],
    [{}, { tls: {} }, []],
    [{}, { tls: { verify: true } }, []],
    [{}, { tls: { verify: false } }, ['tls.verify']],
    [{ list: [{ host: 'a' }] }, { list: [{ host: 'a', note: 'n' }] }, []],
    [{ list: [{ host: 'a' }] }, { list: [{ host: 'a' }, { host: 'b' }] }, ['list.1.host']],
    [
      { list: [{ host: 'a' }, { host: 'b' }] },
      { list: [{ host: 'b' }, { host: 'a' }] },
      ['list.0.host', 'list.1.host'],
    ],
    [{ by: { a: 'x' } }, { by: { b: 'x' } }, ['by.a', 'by.b']],
    [{ server: { host: 'a', port: 1 } }, { server: { port: 1, host: 'a' } }, []],
    [{ server: { host: 'a', port: 1 } }, { server: { host: 'a', port: 2 } }, ['server']],
    [{ server: { host: 'a', port: 1 } }, { server: null }, ['server']],
  ])('%j → %j changes %j', (before, after, changed) => {
    expect(changedDestinations(schema, before, after)).toEqual(changed);
  });
});
