import { randomBytes } from 'node:crypto';
import { createKeyring, SecretOpenError, UnknownKeyError } from './keyring.js';

const key = (id: string) => ({ id, key: randomBytes(32) });
const bytes = (text: string) => Buffer.from(text, 'utf8');

describe('a ring of keys', () => {
  test('opens in its own place what it sealed', () => {
    const ring = createKeyring([key('k1')]);
    expect(ring.open(ring.seal(bytes('pässwörd'), 'here'), 'here').toString()).toBe('pässwörd');
    expect(ring.open(ring.seal(bytes(''), 'here'), 'here').toString()).toBe('');
  });

  test('makes the same bytes look different each time, and never shows them', () => {
    const ring = createKeyring([key('k1')]);
    const [a, b] = [ring.seal(bytes('hunter2'), 'c'), ring.seal(bytes('hunter2'), 'c')];
    expect(a).not.toBe(b);
    expect(Buffer.from(a, 'base64').toString('latin1')).not.toContain('hunter2');
  });

  test('opens nothing in another place', () => {
    const ring = createKeyring([key('k1')]);
    expect(() => ring.open(ring.seal(bytes('x'), 'source a'), 'source b')).toThrow(SecretOpenError);
  });

  test('opens nothing that was changed, cut or never sealed', () => {
    const ring = createKeyring([key('k1')]);
    const body = Buffer.from(ring.seal(bytes('x'), 'c').slice(3), 'base64');
    body[12]! ^= 1;
    for (const sealed of [`k1:${body.toString('base64')}`, 'k1:AAAA', 'k1:', 'plain text', 'k1:a:b'])
      expect(() => ring.open(sealed, 'c')).toThrow(SecretOpenError);
  });

  test('seals with the first key, opens with all, and names the one that it lacks', () => {
    const [oldKey, newKey] = [key('old'), key('new')];
    const sealed = createKeyring([oldKey]).seal(bytes('x'), 'c');
    const both = createKeyring([newKey, oldKey]);
    expect(both.open(sealed, 'c').toString()).toBe('x');
    expect(both.seal(bytes('y'), 'c')).toMatch(/^new:/);
    expect(() => createKeyring([newKey]).open(sealed, 'c')).toThrow(UnknownKeyError);
    expect(() => createKeyring([newKey]).open(sealed, 'c')).toThrow(/"old"/);
  });
});
