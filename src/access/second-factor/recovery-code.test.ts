import { hashRecoveryCode, newRecoveryCodes, readRecoveryCode } from './second-factor-codes.js';

test('there are ten, each of 120 bits, none twice', () => {
  const codes = newRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);
});

test('all 32 signs are there, so that each is worth five bits', () => {
  const signs = new Set(Array.from({ length: 40 }, newRecoveryCodes).flat().join('').replaceAll('-', ''));
  expect(signs.size).toBe(32);
});

test('a code is known however it is typed', () => {
  const read = readRecoveryCode('0123-4567-89AB-CDEF-GHJK-MNPQ');
  expect(read).toBe('0123456789ABCDEFGHJKMNPQ');
  expect(readRecoveryCode(' o1234567 89abcdefghjk mnpq'.replace('1', 'l'))).toBe(read);
  expect(hashRecoveryCode(read!)).toHaveLength(32);
});

test.each([
  '',
  '123456',
  '0123-4567-89AB-CDEF-GHJK-MNP',
  '0123-4567-89AB-CDEF-GHJK-MNPQ0',
  'U123-4567-89AB-CDEF-GHJK-MNPQ',
])('%j is none', (text) => {
  expect(readRecoveryCode(text)).toBeNull();
});
