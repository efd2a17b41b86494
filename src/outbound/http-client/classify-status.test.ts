import { describe, expect, test } from '@jest/globals';
import { statusVerdict } from './classify-status.js';
import { statusError } from './http-errors.js';

const WAIT = { 'retry-after': '7' };

describe('R42: what a status means, for JSON and for files', () => {
  test.each<[status: number, headers: Record<string, string>, code: string, retry: boolean]>([
    [202, {}, 'source_unavailable', true],
    [202, WAIT, 'source_unavailable', true],
    [207, {}, 'source_unavailable', true],
    [226, {}, 'source_config', false],
    [400, {}, 'source_config', false],
    [401, {}, 'source_auth', false],
    [401, WAIT, 'source_auth', false],
    [402, {}, 'source_config', false],
    [403, {}, 'source_auth', false],
    [403, WAIT, 'source_rate_limited', true],
    [404, {}, 'source_config', false],
    [405, {}, 'source_config', false],
    [406, {}, 'source_config', false],
    [407, {}, 'source_config', false],
    [408, {}, 'source_unavailable', true],
    [409, {}, 'source_config', false],
    [410, {}, 'source_config', false],
    [415, {}, 'source_config', false],
    [416, {}, 'source_config', false],
    [422, {}, 'source_config', false],
    [425, {}, 'source_unavailable', true],
    [429, {}, 'source_rate_limited', true],
    [429, WAIT, 'source_rate_limited', true],
    [451, {}, 'source_config', false],
    [500, {}, 'source_unavailable', true],
    [501, {}, 'source_unavailable', true],
    [502, {}, 'source_unavailable', true],
    [503, {}, 'source_unavailable', true],
    [503, WAIT, 'source_rate_limited', true],
    [504, {}, 'source_unavailable', true],
    [520, {}, 'source_unavailable', true],
  ])('%i %j is %s', (status, headers, code, retry) => {
    const error = statusError(status, headers, new URL('https://a.example/'));
    expect({ code: error.code, retry: error.advice.retry }).toEqual({ code, retry });
    const verdict = statusVerdict({ api: 'users', status, headers, body: {}, sizeBytes: 2 }, Date.now());
    const is = { source_rate_limited: 'rate_limited', source_unavailable: 'busy' }[code] ?? 'failed';
    expect(verdict).toMatchObject(is === 'failed' ? { is, error: { code } } : { is });
  });

  test.each([
    ['an empty body', 200],
    ['a web page or XML', 200],
    ['JSON that is cut off or broken', 200],
    ['an empty body', 204],
  ])('a success with %s passes: something else may have answered', (unreadable, status) => {
    const verdict = statusVerdict({ api: 'users', status, headers: {}, body: undefined, unreadable, sizeBytes: 0 }, 0);
    expect(verdict).toMatchObject({ is: 'busy', message: expect.stringContaining(unreadable) });
  });
});
