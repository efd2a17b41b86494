import { readCommonPasswordList } from './common-password-list.js';
import { hashPassword, verifyPassword } from './password-hash.js';
import { judgePassword } from './judge-password.js';

const WORDS = ['Acme Corp', 'phoenix'];
const judge = (password: string, username = 'ada.lovelace', words: readonly string[] = []) =>
  judgePassword({ password, username }, words);

test.each([
  ['short', 'elevenchars', /at least 12/],
  ['common', 'PasswordPassword', /tried first/],
  ['common with digits behind', 'administrator2024!', /tried first/],
  ['common with blanks', 'correct horse battery staple', /tried first/],
  ['the same characters', 'abababababab', /same few/],
  ['the username', 'ada.lovelace1', /username/],
  ['endless', 'x1y2'.repeat(65), /at most 256/],
])('a password that is %s is refused', (_name, password, why) => {
  expect(judge(password)).toMatch(why);
});

test.each([
  'twelve chars',
  'violets under seven bridges',
  `${'long but fine '.repeat(9)}`,
  '密码很长很长很长很长的一句话',
])('%j is good: length counts, not signs', (password) => {
  expect(judge(password)).toBeNull();
});

test('ASVS 6.2.4: more than 3,000 of the most used passwords that are long enough are refused, also with capitals and a digit behind', () => {
  const listed = readCommonPasswordList();
  const long = new Set(listed.filter((one) => [...one].length >= 12));
  expect([listed.length, long.size]).toEqual([5_000, 5_000]);
  const spelt = [...long].flatMap((one) => [one, one.toUpperCase(), ...(/[a-z]$/.test(one) ? [`${one} 2026!`] : [])]);
  expect(spelt.length).toBeGreaterThan(12_000);
  expect(spelt.filter((one) => judge(one) === null)).toEqual([]);
});

test('whether a password is good is said at once', () => {
  const since = performance.now();
  for (let at = 0; at < 2_000; at += 1) judge(`violets under ${at} bridges`, 'ada', WORDS);
  expect(performance.now() - since).toBeLessThan(1_000);
});

test.each([
  ['as it is', 'violets at phoenix bridge'],
  ['in capitals', 'Violets-PHOENIX-bridge'],
  ['without its blank', 'under7bridges-acmecorp'],
  ['with digits for letters', 'under-7-bridges-4cm3_C0rp'],
])("ASVS 6.2.11: one of the operator's words %s is refused within a password", (_name, password) => {
  expect(judge(password, 'ada', WORDS)).toMatch(/word/);
  expect(judge(password, 'ada', [])).toBeNull();
});

test('what is stored tells the parameters and opens with that very password only', async () => {
  const stored = await hashPassword('violets under seven bridges');
  expect(stored).toMatch(/^\$scrypt\$ln=17,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(await verifyPassword('violets under seven bridges', stored)).toBe(true);
  expect(await verifyPassword('violets under seven bridge', stored)).toBe(false);
  expect(await verifyPassword('', null)).toBe(false);
  await expect(verifyPassword('x', 'plain')).rejects.toThrow('malformed');
});
