import { expect, test } from '@jest/globals';
import { SourceConfigError } from '../../domain/errors.js';
import { checkUrl } from './address-option.js';

test.each([
  ['https://example.com/a', false],
  ['http://127.0.0.1:8080/a', true],
  ['http://localhost/a', true],
  ['http://[::1]/a', true],
])('%s may be asked (plain http allowed: %p)', (url, allowHttp) => {
  expect(checkUrl(url, allowHttp).href).toBe(url);
});

test.each([
  ['http://127.0.0.1:8080/a', false],
  ['http://example.com/a', true],
  ['http://127.0.0.1.example.com/a', true],
  ['ftp://example.com/a', true],
  ['file:///etc/passwd', true],
  ['https://user:secret@example.com/a', false],
  ['users.csv', false],
])('%s may not be asked (plain http allowed: %p)', (url, allowHttp) => {
  expect(() => checkUrl(url, allowHttp)).toThrow(SourceConfigError);
});
