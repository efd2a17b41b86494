import { newTotpSecret, stepOfCode, totpSecretText, totpUri } from './second-factor-codes.js';

/** RFC 6238, appendix B: the seed of SHA-1, its codes cut to six digits. */
const SEED = Buffer.from('12345678901234567890', 'ascii');

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('RFC 6238: at %i s the code is %s', (atS, code) => {
  expect(stepOfCode(SEED, code, atS * 1_000)).toBe(Math.floor(atS / 30));
});

test('a code counts one step before and after its own, and no further', () => {
  const [code, step] = ['081804', Math.floor(1_111_111_109 / 30)];
  const at = (steps: number) => stepOfCode(SEED, code, (step + steps) * 30_000);
  expect([-2, -1, 0, 1, 2].map(at)).toEqual([null, step, step, step, null]);
  expect(stepOfCode(SEED, code, (step + 2) * 30_000 - 1)).toBe(step);
});

test.each(['', '08180', '0818041', '08180a', 'abcdef'])('%j is no code', (code) => {
  expect(stepOfCode(SEED, code, 1_111_111_109_000)).toBeNull();
});

test('a new secret has 160 bits, and stands in the address that apps read', () => {
  const secret = newTotpSecret();
  expect(secret).toHaveLength(20);
  expect(totpSecretText(secret)).toMatch(/^[A-Z2-7]{32}$/);
  const uri = new URL(totpUri(secret, 'ada@example.org'));
  expect(uri.searchParams.get('secret')).toBe(totpSecretText(secret));
  expect([uri.protocol, decodeURIComponent(uri.pathname)]).toEqual([
    'otpauth:',
    expect.stringMatching(/Rollcall:ada@example\.org$/),
  ]);
});
