import { readConfig } from './config.js';

const needed = {
  DATABASE_URL: 'postgresql://localhost/rollcall',
  SECRET_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
};

test.each([
  ['nothing', undefined, 'required'],
  ['an empty text', '', 'required'],
  ['optional', 'optional', 'optional'],
])('a second factor is required unless the operator says otherwise: %s', (_name, given, expected) => {
  expect(readConfig({ ...needed, SECOND_FACTOR: given }).secondFactor).toBe(expected);
});

test('another word for it is a mistake, not a way to be without', () => {
  expect(() => readConfig({ ...needed, SECOND_FACTOR: 'off' })).toThrow('SECOND_FACTOR');
});
