import type { RJSFSchema } from '@rjsf/utils';
import { initialConfig, prepareSchema, titleOf, uiSchemaOf } from './prepare-schema.js';

const texts = { set: 'Set', none: 'None' };

test.each([
  ['bindDn', 'Bind DN'],
  ['url', 'URL'],
  ['startTls', 'Start TLS'],
  ['pageSize', 'Page size'],
])('%s is called %s', (name, title) => expect(titleOf(name)).toBe(title));

test('fields get titles at every depth, and a title that is there stays', () => {
  const schema = prepareSchema(
    {
      type: 'object',
      properties: { users: { type: 'object', properties: { baseDn: { type: 'string', title: 'Mine' } } } },
    },
    texts,
  );
  expect(schema.properties).toMatchObject({ users: { title: 'Users', properties: { baseDn: { title: 'Mine' } } } });
});

test('a secret may be left masked or be a reference, whatever it must look like', () => {
  const aesKey = { type: 'string', writeOnly: true, pattern: '^[a-z]{43}$', minLength: 43, maxLength: 43 } as const;
  const { properties } = prepareSchema({ properties: { aesKey, name: { type: 'string', minLength: 1 } } }, texts);
  expect(properties).toEqual({
    aesKey: { type: ['string', 'object'], writeOnly: true, title: 'Aes key' },
    name: { type: 'string', minLength: 1, title: 'Name' },
  });
});

test('"this or nothing" gets named choices', () => {
  const { anyOf } = prepareSchema({ anyOf: [{ type: 'object' }, { type: 'null' }] }, texts);
  expect(anyOf).toMatchObject([{ title: 'Set' }, { title: 'None' }]);
});

test('a secret gets a field of its own, also inside; a certificate gets room', () => {
  const password = { type: 'string', writeOnly: true } as const;
  const ui = uiSchemaOf({
    properties: {
      password,
      tls: { type: 'object', properties: { key: password, ca: { type: 'string', maxLength: 100_000 } } },
    },
  });
  expect(ui).toMatchObject({
    password: { 'ui:field': 'secret' },
    tls: { key: { 'ui:field': 'secret' }, ca: { 'ui:widget': 'textarea' } },
  });
});

test('a secret inside a choice gets one too, and names with texts are pairs', () => {
  const secret = { properties: { token: { type: 'string', writeOnly: true } } } as const;
  const attributes = { type: 'object', additionalProperties: { type: 'string' } } as const;
  expect(
    uiSchemaOf({ properties: { auth: { oneOf: [secret] }, users: { properties: { attributes } } } }),
  ).toMatchObject({
    auth: { oneOf: [{ token: { 'ui:field': 'secret' } }] },
    users: { attributes: { 'ui:field': 'pairs' } },
  });
});

test('a new form has its required groups, also those that may be switched off, and nothing else', () => {
  const group = { type: 'object' } as const;
  const properties: RJSFSchema['properties'] = {
    url: { type: 'string' },
    users: group,
    units: { anyOf: [group, { type: 'null' }] },
    tls: group,
  };
  expect(initialConfig({ required: ['url', 'users', 'units'], properties })).toEqual({ users: {}, units: {} });
});
