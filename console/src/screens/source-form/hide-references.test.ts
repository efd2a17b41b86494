import { hideReferences } from './hide-references.js';

test('a secret that is taken from a variable or a file looks like any other one', () => {
  const config = {
    url: 'x',
    password: { $env: 'SOURCE_SECRET_A' },
    auth: { type: 'bearer', token: { $file: 'token' } },
    lists: [null, 1, { key: { $file: 'a' } }],
  };
  expect(hideReferences(config)).toEqual({
    url: 'x',
    password: '********',
    auth: { type: 'bearer', token: '********' },
    lists: [null, 1, { key: '********' }],
  });
});
