import { hashPassword, verifyPassword } from './password-hash.js';
import { judgePassword } from './judge-password.js';

test.each([
  ['short', 'elevenchars', /at least 12/],
  ['common', 'PasswordPassword', /tried first/],
  ['common with digits behind', 'administrator2024!', /tried first/],
  ['common with blanks', 'correct horse battery staple', /tried first/],
  ['the same characters', 'abababababab', /same few/],
  ['the username', 'ada.lovelace1', /username/],
  ['endless', 'x1y2'.repeat(65), /at most 256/],
])('a password that is %s is refused', (_name, password, why) => {
  expect(judgePassword(password, 'ada.lovelace')).toMatch(why);
});

test.each([
  'twelve chars',
  'violets under seven bridges',
  `${'long but fine '.repeat(9)}`,
  '密码很长很长很长很长的一句话',
])('%j is good: length counts, not signs', (password) => {
  expect(judgePassword(password, 'ada.lovelace')).toBeNull();
});

test('what is stored tells the parameters and opens with that very password only', async () => {
  const stored = await hashPassword('violets under seven bridges');
  expect(stored).toMatch(/^\$scrypt\$ln=17,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(await verifyPassword('violets under seven bridges', stored)).toBe(true);
  expect(await verifyPassword('violets under seven bridge', stored)).toBe(false);
  expect(await verifyPassword('', null)).toBe(false);
  await expect(verifyPassword('x', 'plain')).rejects.toThrow('malformed');
});
