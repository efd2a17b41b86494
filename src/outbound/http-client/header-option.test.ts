import { describe, expect, test } from '@jest/globals';
import { headerName, headerValue, plainHeaderName } from './auth-options.js';

describe('headers of the connection and of proxies are refused', () => {
  test.each([
    ...['Host', 'host', 'HOST', 'Connection', 'Keep-Alive', 'Proxy-Authorization', 'Proxy-Connection', 'TE', 'Trailer'],
    ...['Transfer-Encoding', 'Upgrade', 'Content-Length', 'Expect', 'Forwarded', 'X-Forwarded-Host', 'X-Original-URL'],
    ...[
      'X-Rewrite-URL',
      'X-HTTP-Method-Override',
      'HTTP2-Settings',
      'Accept-Encoding',
      ':authority',
      'Host ',
      'a\r\nb',
    ],
    ...['', 'Hôst', 'a b'],
  ])('%j', (name) => {
    expect(headerName().safeParse(name).success).toBe(false);
    expect(plainHeaderName().safeParse(name).success).toBe(false);
  });
});

test.each(['Accept-Language', 'X-Tenant', 'X-Request-Id', 'User-Agent', 'X-Hostname', 'Teamwork'])(
  '%s may be set',
  (name) => expect(plainHeaderName().safeParse(name).success).toBe(true),
);

test.each(['Authorization', 'Cookie', 'X-API-Key', 'X-Auth', 'X-Signature', 'Private-Token', 'X-Password'])(
  '%s may carry the secret of auth, and nothing in clear',
  (name) => {
    expect(headerName().safeParse(name).success).toBe(true);
    expect(plainHeaderName().safeParse(name).success).toBe(false);
  },
);

describe('a value of a header has what RFC 9110, 5.5, allows', () => {
  test.each(['a\r\nX-Other: b', 'a\nb', 'a\rb', 'a\u0000b', 'a\u007fb', '\u0444'])('%j is refused', (value) =>
    expect(headerValue().safeParse(value).success).toBe(false),
  );

  test.each(['', ' a ', 'de-CH, de;q=0.9', 'a\tb', '"quoted", (comment)', 'Z\u00fcrich'])('%j may be set', (value) =>
    expect(headerValue().safeParse(value).success).toBe(true),
  );
});
