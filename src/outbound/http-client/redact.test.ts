import { redactSecrets } from './address-secrets.js';

const secret = 's3cret/+&%"\\tail';
const json = (text: string, times: number): string => (times === 0 ? text : json(JSON.stringify(text), times - 1));

test.each([
  ['as it is', secret],
  ['in JSON', json(secret, 1)],
  ['in JSON in JSON', json(secret, 2)],
  ['in JSON, four deep', json(secret, 4)],
  ['in an address', encodeURIComponent(secret)],
  ['in a form', new URLSearchParams({ other: secret }).toString()],
  ['cut off', secret.slice(0, 12)],
])('a secret that another system repeats %s is not shown', (_how, echoed) => {
  const shown = redactSecrets(`refused (${echoed}).`, [secret]);
  expect(shown).toMatch(/^refused \(.*\*\*\*.*\)\.$/);
  expect(shown).not.toContain('s3cret');
});

test('what another system says otherwise stays', () => {
  expect(redactSecrets('not allowed from ip: 10.0.0.1, s3cr', [secret])).toBe('not allowed from ip: 10.0.0.1, s3cr');
});
