import { v7 as uuidv7 } from 'uuid';
import { newKeyText, parseKeyText } from './api-key.store.js';

describe("a key's text", () => {
  test('names its row and carries 256 random bits', () => {
    const id = uuidv7();
    const [a, b] = [newKeyText(id), newKeyText(id)];
    expect(a).toMatch(/^rck_[0-9a-f]{32}_[A-Za-z0-9_-]{43}_[0-9A-Za-z]{6}$/);
    expect(parseKeyText(a)?.id).toBe(id);
    expect(parseKeyText(a)?.secret).not.toBe(parseKeyText(b)?.secret);
  });

  test('with one character changed anywhere is no key', () => {
    const text = newKeyText(uuidv7());
    for (let at = 0; at < text.length; at += 1) {
      const changed = text.slice(0, at) + (text[at] === 'a' ? 'b' : 'a') + text.slice(at + 1);
      expect(parseKeyText(changed)).toBeNull();
    }
    expect(parseKeyText(`${text} `)).toBeNull();
    expect(parseKeyText('')).toBeNull();
  });
});
