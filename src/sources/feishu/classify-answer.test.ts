import { expect, test } from '@jest/globals';
import { SourceAuthError } from '../../domain/errors.js';
import { classifyAnswer, FeishuApiError } from './classify-answer.js';

const classify = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  classifyAnswer({ api: 'users/get', status, headers, body, sizeBytes: 0 });

test.each([99991661, 99991663, 99991664, 99991671, 99991677])('code %i: the token is no longer good', (code) => {
  expect(classify({ code, msg: 'x' }, 400)).toEqual({ is: 'token_expired' });
});

test.each([
  [429, '3', 3_000],
  [400, '60', 60_000],
  [429, '0', 1_000],
  [429, 'soon', 1_000],
  [429, '-5', 1_000],
  [429, '999999', 3_600_000],
])('a throttle with status %i and reset %j waits %i ms', (status, reset, afterMs) => {
  const headers = { 'x-ogw-ratelimit-reset': reset };
  expect(classify({ code: 99991400, msg: 'x' }, status, headers)).toEqual({ is: 'rate_limited', afterMs });
});

test.each([
  ['in the error', { error: { permission_violations: [{ subject: 'contact:user.email:readonly' }] } }, ''],
  ['in the text', {}, 'One of the following scopes is required: [contact:user.email:readonly]'],
])('a missing right is named, wherever it stands: %s', (_, more, msg) => {
  const verdict = classify({ code: 99991672, msg, ...more }, 400);
  expect(verdict).toMatchObject({ is: 'failed', error: expect.any(SourceAuthError) });
  expect(verdict).toMatchObject({ error: { message: expect.stringMatching(/contact:user\.email:readonly/) } });
});

test('a code of its own comes with the code, whatever the status', () => {
  for (const status of [200, 400, 403]) {
    expect(classify({ code: 41050, msg: 'no user authority error' }, status)).toMatchObject({
      error: expect.any(FeishuApiError),
    });
    expect(classify({ code: 41050, msg: 'no user authority error' }, status)).toMatchObject({
      error: { apiCode: 41050 },
    });
  }
});

test('an answer without a code is judged by its status, and a broken server is busy', () => {
  expect(classify(undefined, 502)).toBeNull();
  expect(classify('page not found', 404)).toBeNull();
  expect(classify({ code: 0, msg: 'ok' }, 500)).toBeNull();
  expect(classify({ code: 2200, msg: 'internal' }, 500)).toMatchObject({ is: 'busy' });
  expect(classify({ code: 0, msg: 'ok' })).toEqual({ is: 'ok' });
});
