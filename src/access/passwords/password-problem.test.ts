import { readCommonPasswordList } from './common-password-list.js';
import { hashPassword, verifyPassword } from './password-hash.js';
import { findPasswordProblem } from './password-rules.js';

const WORDS = ['Acme Corp', 'phoenix'];
const problemOf = (password: string, username = 'ada.lovelace', words: readonly string[] = []) =>
  findPasswordProblem({ password, username }, words);

test.each([
  ['short', 'elevenchars', /at least 12/],
  ['common', 'PasswordPassword', /common password/],
  ['common with digits behind', 'administrator2024!', /common password/],
  ['common with blanks', 'correct horse battery staple', /common password/],
  ['the same characters', 'abababababab', /repeats a few/],
  ['the username', 'ada.lovelace1', /username/],
  ['endless', 'x1y2'.repeat(65), /at most 256/],
])('a password that is %s is refused', (_name, password, why) => {
  expect(problemOf(password)).toMatch(why);
});

test.each([
  ['the username in the middle', 'ada.lovelace', 'my ada.lovelace bridge'],
  ['the username without its dot', 'ada.lovelace', 'violets4AdaLovelace!'],
  ['a part of the username', 'ada.lovelace', 'seven-lovelace-bridges'],
  ['the username with digits for letters', 'ada.lovelace', 'under 7 l0v3l4c3 bridges'],
  ['the local part of an address', 'admin.hr@corp.example', 'nine admin.hr violets'],
  ['the address itself', 'hr@corp.example', 'violets hr@corp.example'],
  ['the username in full-width letters', 'lovelace', 'ｌｏｖｅｌａｃｅ under bridges'],
  ['the username with accents', 'lovelace', 'lóvèlâcë under bridges'],
  ['the username with invisible letters', 'lovelace', 'love\u200blace under bridges'],
  ['the product at the end', 'ada', 'violets under rollcall'],
  ['the product in front', 'ada', 'Rollcall-violets-2026'],
  ['the product with signs in it', 'ada', 'my R0ll_C@ll violets'],
  ['the product with blanks', 'ada', 'roll call under bridges'],
  ['the product with Cyrillic letters', 'ada', 'my r\u043ellc\u0430ll violets'],
  ['the product with letters of two other alphabets', 'ada', 'my r\u03bfllc\u0430\u2160\u217c violets'],
  ['the username with letters that look like its own', 'lovelace', 'l\u043ev\u0435lac\u0435 under bridges'],
  ['a Cyrillic username with letters that look like its own', '\u0430\u0441\u0435\u0440', 'acep under bridges'],
])('ASVS 6.1.2: %s is refused, whatever is added around it', (_name, username, password) => {
  expect(problemOf(password, username)).toMatch(/contains/);
});

test('a short username does not forbid the words that it stands in', () => {
  expect(problemOf('canada under bridges', 'ada')).toBeNull();
  expect(problemOf('violets under bridges', 'a.b@corp.example')).toBeNull();
});

test.each([
  'twelve chars',
  'violets under seven bridges',
  `${'long but fine '.repeat(9)}`,
  '密码很长很长很长很长的一句话',
])('%j is good: length counts, not signs', (password) => {
  expect(problemOf(password)).toBeNull();
});

test('ASVS 6.2.4: more than 3,000 of the most used passwords that are long enough are refused, also with capitals and a digit behind', () => {
  const listed = readCommonPasswordList();
  const long = new Set(listed.filter((one) => [...one].length >= 12));
  expect([listed.length, long.size]).toEqual([5_000, 5_000]);
  const spelt = [...long].flatMap((one) => [one, one.toUpperCase(), ...(/[a-z]$/.test(one) ? [`${one} 2026!`] : [])]);
  expect(spelt.length).toBeGreaterThan(12_000);
  expect(spelt.filter((one) => problemOf(one) === null)).toEqual([]);
});

test('whether a password is good is said at once', () => {
  const since = performance.now();
  for (let at = 0; at < 2_000; at += 1) problemOf(`violets under ${at} bridges`, 'ada', WORDS);
  expect(performance.now() - since).toBeLessThan(1_000);
});

test.each([
  ['as it is', 'violets at phoenix bridge'],
  ['in capitals', 'Violets-PHOENIX-bridge'],
  ['without its blank', 'under7bridges-acmecorp'],
  ['with digits for letters', 'under-7-bridges-4cm3_C0rp'],
])("ASVS 6.2.11: one of the operator's words %s is refused within a password", (_name, password) => {
  expect(problemOf(password, 'ada', WORDS)).toMatch(/word/);
  expect(problemOf(password, 'ada', [])).toBeNull();
});

test('what is stored tells the parameters and opens with that very password only', async () => {
  const stored = await hashPassword('violets under seven bridges');
  expect(stored).toMatch(/^\$scrypt\$ln=17,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(await verifyPassword('violets under seven bridges', stored)).toBe(true);
  expect(await verifyPassword('violets under seven bridge', stored)).toBe(false);
  expect(await verifyPassword('', null)).toBe(false);
  await expect(verifyPassword('x', 'plain')).rejects.toThrow('malformed');
});
