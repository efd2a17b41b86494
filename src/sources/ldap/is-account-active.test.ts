import { expect, test } from '@jest/globals';
import { isAccountActive, toFileTime } from './is-account-active.js';

const NOW = Date.UTC(2026, 5, 1);

test.each([
  ['a normal account', '512', '9223372036854775807', true],
  ['a disabled one', '514', '0', false],
  ['disabled and more', '66050', '0', false],
  ['password never expires', '66048', '0', true],
  ['no expiry shown', '512', null, true],
  ['expires in a second', '512', toFileTime(NOW + 1_000).toString(), true],
  ['expires right now', '512', toFileTime(NOW).toString(), false],
  ['expired long ago', '512', '116444736000000000', false],
  ['nothing shown at all', null, null, undefined],
  ['only the expiry shown', null, '116444736000000000', undefined],
  ['garbage', 'yes', '0', undefined],
])('R4: Active Directory, %s', (_, control, expires, active) => {
  expect(isAccountActive({ control, expires }, NOW)).toBe(active);
});

test('Windows counts from 1601', () => {
  expect(toFileTime(0)).toBe(116_444_736_000_000_000n);
});
