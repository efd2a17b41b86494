import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { plainHeaderName } from '../../outbound/http-client/auth-options.js';
import { listIssues } from './parse-input.js';

const headers = z.strictObject({ headers: z.record(plainHeaderName(), z.string()) });
const issuesOf = (input: unknown) => {
  const { error } = headers.safeParse(input);
  return error && listIssues(error, 'config');
};

test('a refused key of a record is named with the reason', () => {
  expect(issuesOf({ headers: { Host: 'a' } })).toEqual([
    { path: 'config.headers.Host', message: 'is set by the connection itself: leave this header out' },
  ]);
  expect(issuesOf({ headers: { Cookie: 'a' } })).toEqual([
    { path: 'config.headers.Cookie', message: 'must not contain a secret: use auth' },
  ]);
});

test('a key that has two mistakes is named with both', () => {
  const twice = z.record(z.string().regex(/^a/, 'begins with "a"').regex(/z$/, 'ends with "z"'), z.string());
  const { error } = twice.safeParse({ bc: '' });
  expect(error && listIssues(error)).toEqual([{ path: 'bc', message: 'begins with "a"; ends with "z"' }]);
});

test('other mistakes keep their path and message', () => {
  expect(issuesOf({ headers: { 'X-A': 1 } })).toEqual([
    { path: 'config.headers.X-A', message: 'Invalid input: expected string, received number' },
  ]);
});
