import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { isRecent, isSignedBy, openMessage, sealMessage, signMessage } from './sealed-message.js';

/** The vendor's own package, as an oracle: what it seals, ours must open, and the other way round. */
const oracle = createRequire(import.meta.url)('@wecom/crypto') as {
  getSignature(token: string, timestamp: string | number, nonce: string | number, sealed: string): string;
  encrypt(aesKey: string, message: string, id: string, random?: Buffer): string;
  decrypt(aesKey: string, sealed: string): { message: string; id: string };
};

// The vector of the vendor's documentation (path/91144) and its sample code.
const TOKEN = 'QDG6eK';
const AES_KEY = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C';
const SEALED =
  'RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==';
const parts = { token: TOKEN, timestamp: '1409659813', nonce: '1372623149', sealed: SEALED };

describe('the published vector', () => {
  test('has the signature and the message that the vendor says', () => {
    expect(signMessage(parts)).toBe('477715d11cdb4164915debcba66cb864d751f3e6');
    const opened = openMessage(AES_KEY, SEALED);
    expect(opened?.receiver).toBe('wx5823bf96d3bd56c7');
    expect(opened?.message).toMatch(/^<xml><ToUserName><!\[CDATA\[wx5823bf96d3bd56c7\]\]><\/ToUserName>/);
  });

  test('is refused when anything of it is changed', () => {
    const signature = signMessage(parts);
    expect(isSignedBy(parts, signature)).toBe(true);
    for (const other of [{ token: 'QDG6eL' }, { timestamp: '1409659814' }, { nonce: '1' }, { sealed: `A${SEALED}` }]) {
      expect(isSignedBy({ ...parts, ...other }, signature)).toBe(false);
    }
    expect(isSignedBy(parts, '')).toBe(false);
  });
});

describe('against the vendor’s package', () => {
  test.each([0, 1, 11, 12, 13, 31, 32, 33, 5_000])('a message of %i bytes opens on either side', (length) => {
    const message = '部'.repeat(Math.floor(length / 3)) + 'x'.repeat(length % 3);
    const receiver = 'wwcorp';
    expect(openMessage(AES_KEY, oracle.encrypt(AES_KEY, message, receiver))).toEqual({ message, receiver });
    expect(oracle.decrypt(AES_KEY, sealMessage(AES_KEY, { message, receiver }))).toMatchObject({
      message,
      id: receiver,
    });
  });

  test('signatures agree', () => {
    expect(oracle.getSignature(TOKEN, '1', '2', 'abc=')).toBe(
      signMessage({ token: TOKEN, timestamp: '1', nonce: '2', sealed: 'abc=' }),
    );
  });
});

test.each([['not base64 at all'], [''], ['AAAA'], [Buffer.alloc(64).toString('base64')]])(
  'what was not sealed with the key (%j) opens to nothing, without a throw',
  (sealed) => {
    expect(openMessage(AES_KEY, sealed)).toBeNull();
  },
);

test.each([
  ['1000', 1_000_000, true],
  ['1000', 1_300_000, true],
  ['1000', 1_300_001, false],
  ['1000', 700_000, true],
  ['1000', 699_999, false],
  ['soon', 1_000_000, false],
  ['', 0, false],
])('a call of second %j at %i ms is recent: %p', (timestamp, nowMs, recent) => {
  expect(isRecent(timestamp, { nowMs, windowMs: 300_000 })).toBe(recent);
});
