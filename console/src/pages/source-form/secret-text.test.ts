import { readSecret, writeSecret } from './secret-text.js';

test.each([
  ['s3cret', 'value', 's3cret'],
  ['********', 'value', '********'],
  [{ $env: 'SOURCE_SECRET_A' }, 'variable', 'SOURCE_SECRET_A'],
  [{ $file: 'ldap/password' }, 'file', 'ldap/password'],
])('%j is shown as what it is, and sent as it was', (option, place, text) => {
  expect(readSecret(option)).toEqual({ place, text });
  expect(writeSecret({ place, text } as ReturnType<typeof readSecret>)).toEqual(option);
});

test.each([undefined, null, 5, {}])('%j is no secret yet', (option) => expect(readSecret(option).text).toBe(''));

test('nothing typed sends nothing, but a reference without a name goes to who may refuse it', () => {
  expect(writeSecret({ place: 'value', text: '' })).toBeUndefined();
  expect(writeSecret({ place: 'variable', text: ' ' })).toEqual({ $env: '' });
});
