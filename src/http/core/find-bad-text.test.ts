import { findBadText } from './body-text.js';

describe('text that cannot be stored', () => {
  test.each([
    [{ records: [{ uid: 'a' }, { name: 'x\u0000y' }] }, 'records.1.name'],
    [{ a: { b: ['ok', '\ud800'] } }, 'a.b.1'],
    [{ a: '\udc00 tail' }, 'a'],
    [{ a: { 'k\u0000': 1 } }, 'a'],
    ['\u0000', ''],
  ])('is found by its path: %j', (value, path) => {
    expect(findBadText(value)).toEqual({ path, reason: 'invalid_text' });
  });

  test('emoji, other scripts and control characters that PostgreSQL holds are fine', () => {
    expect(
      findBadText({ name: '👩‍🚀 Ünï 王', tab: 'a\tb\u0001', empty: '', n: 1, no: null, deep: [[[true]]] }),
    ).toBeNull();
  });

  test('of two the first one is named', () => {
    expect(findBadText({ a: ['x', '\u0000'], b: '\u0000' })?.path).toBe('a.1');
  });

  test('a million nested lists are refused, not followed', () => {
    const bomb = JSON.parse('['.repeat(1_000_000) + ']'.repeat(1_000_000)) as unknown;
    expect(findBadText(bomb)?.reason).toBe('too_deep');
  });
});
