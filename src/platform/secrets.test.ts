import { randomBytes } from 'node:crypto';
import { createSecrets, SecretOpenError } from './secrets.js';

const key = (id: string) => ({ id, key: randomBytes(32) });

describe('secrets', () => {
  test('what was sealed opens again in its own place', () => {
    const secrets = createSecrets([key('k1')]);
    expect(secrets.open(secrets.seal('pässwörd', 'source:bindPassword'), 'source:bindPassword')).toBe('pässwörd');
    expect(secrets.open(secrets.seal('', 'c'), 'c')).toBe('');
  });

  test('the same text never looks the same twice and never shows', () => {
    const secrets = createSecrets([key('k1')]);
    const [a, b] = [secrets.seal('hunter2', 'c'), secrets.seal('hunter2', 'c')];
    expect(a).not.toBe(b);
    expect(a).not.toContain('hunter2');
  });

  test('a secret moved to another place does not open', () => {
    const secrets = createSecrets([key('k1')]);
    expect(() => secrets.open(secrets.seal('x', 'source-a:token'), 'source-b:token')).toThrow(SecretOpenError);
  });

  test('a changed secret does not open', () => {
    const secrets = createSecrets([key('k1')]);
    const sealed = secrets.seal('x', 'c');
    const cut = sealed.lastIndexOf(':') + 1;
    const bytes = Buffer.from(sealed.slice(cut), 'base64');
    bytes[14]! ^= 1;
    expect(() => secrets.open(sealed.slice(0, cut) + bytes.toString('base64'), 'c')).toThrow(SecretOpenError);
    expect(() => secrets.open(`${sealed.slice(0, cut)}AAAA`, 'c')).toThrow(SecretOpenError);
    expect(() => secrets.open('plain text', 'c')).toThrow(SecretOpenError);
  });

  test('after an exchange of keys the old one still opens and the new one seals', () => {
    const [oldKey, newKey] = [key('old'), key('new')];
    const sealed = createSecrets([oldKey]).seal('x', 'c');
    const both = createSecrets([newKey, oldKey]);
    expect(both.open(sealed, 'c')).toBe('x');
    expect(both.seal('y', 'c')).toContain(':new:');
    expect(() => createSecrets([newKey]).open(sealed, 'c')).toThrow(/key "old"/);
  });
});
