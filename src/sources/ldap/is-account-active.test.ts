import { describe, expect, test } from '@jest/globals';
import { isAccountActive, toFileTime } from './is-account-active.js';

const NOW = Date.UTC(2026, 5, 1);
const state = (control: readonly string[] | null, expires: readonly string[] | null) =>
  isAccountActive({ control, expires }, NOW);

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
  ['the highest bit set, signed', '-2147483136', '0', true],
  ['the highest bit set and disabled, signed', '-2147483134', '0', false],
  ['the same bits, unsigned', '2147484160', '0', true],
  ['the same bits and disabled, unsigned', '2147484162', '0', false],
  ['the smallest number', '-2147483648', null, true],
  ['no bit', '0', null, true],
  ['every bit', '-1', null, false],
  ['blanks around it', ' 514 ', null, false],
  ['disabled, and an expiry that is no number', '514', 'never', false],
  ['the last day that can be written', '512', '9223372036854775806', true],
])('R4: Active Directory, %s', (_, control, expires, active) => {
  expect(state(control === null ? null : [control], expires === null ? null : [expires])).toBe(active);
});

describe('R4: a value that can not be read neither deactivates nor activates, and is named without its text', () => {
  test.each([
    [['yes'], 'a text of 3 characters'],
    [[], 'an empty value or bytes that are not text'],
    [['NORMAL_ACCOUNT'], 'a text of 14 characters'],
    [['0x202'], 'a text of 5 characters'],
    [['512.0'], '512.0'],
    [['5e2'], 'a text of 3 characters'],
    [['+512'], '+512'],
    [['-'], 'a text of 1 characters'],
    [['4294967296'], '4294967296'],
    [['-2147483649'], '-2147483649'],
    [['99999999999999999999'], '99999999999999999999'],
    [['999999999999999999999999999999'], 'a text of 30 characters'],
    [['512', '514'], '2 values'],
  ])('userAccountControl %j', (control, shown) => {
    expect(state(control, ['0'])).toEqual({ attribute: 'userAccountControl', shown });
  });

  test.each([
    [['never'], 'a text of 5 characters'],
    [['-1'], '-1'],
    [[], 'an empty value or bytes that are not text'],
    [['9223372036854775808'], '9223372036854775808'],
    [['2026-06-01T00:00:00Z'], 'a text of 20 characters'],
    [['20260601000000.0Z'], 'a text of 17 characters'],
    [['1.3E17'], 'a text of 6 characters'],
    [['0', '116444736000000000'], '2 values'],
  ])('accountExpires %j', (expires, shown) => {
    expect(state(['512'], expires)).toEqual({ attribute: 'accountExpires', shown });
  });
});

test('Windows counts from 1601', () => {
  expect(toFileTime(0)).toBe(116_444_736_000_000_000n);
});
