import { expect, test } from '@jest/globals';
import { SourceAuthError } from '../../domain/errors.js';
import { classifyAnswer, DingtalkApiError } from './classify-answer.js';

const classify = (body: unknown, status = 200) =>
  classifyAnswer({ api: 'user/list', status, headers: {}, body, sizeBytes: 0 });

test.each([
  ['0', { errcode: 0, errmsg: 'ok' }, { is: 'ok' }],
  ['its own token code', { errcode: 40014 }, { is: 'token_expired' }],
  ['a token code inside 88', { errcode: 88, sub_code: '42001' }, { is: 'token_expired' }],
  ['-1', { errcode: -1, errmsg: 'busy' }, { is: 'busy' }],
  ['-1 inside 88', { errcode: 88, sub_code: '-1' }, { is: 'busy' }],
  ['a throttle of the app', { errcode: 90018 }, { is: 'rate_limited', afterMs: 1_000, key: 'all' }],
  ['a throttle inside 88', { errcode: 88, sub_code: '90002' }, { is: 'rate_limited', afterMs: 1_000, key: 'all' }],
  ['the gateway', { status: 1111, punish: 'deny', wait: 5 }, { is: 'rate_limited', afterMs: 300_000, key: 'all' }],
])('%s', (_, body, verdict) => {
  expect(classify(body)).toMatchObject(verdict);
});

test.each([
  ['a plain bracket', '应用尚未开通所需的权限：[qyapi_get_member],点击链接申请'],
  ['a wide one', '应用尚未开通所需的权限：［qyapi_get_member］'],
])('a missing right is named: %s', (_, text) => {
  for (const verdict of [
    classify({ errcode: 88, sub_code: '60011', sub_msg: text }),
    classify({ code: 'Forbidden.AccessDenied.AccessTokenPermissionDenied', message: text }, 403),
  ]) {
    expect(verdict).toMatchObject({ is: 'failed', error: expect.any(SourceAuthError) });
    expect(verdict).toMatchObject({ error: { message: expect.stringMatching(/permission qyapi_get_member:/) } });
  }
});

test.each([
  ['an address that is not allowed', { errcode: 60020, errmsg: 'request ip=203.0.113.7' }, 200, /203\.0\.113\.7/],
  ['a secret', { code: 'invalidClientIdOrSecret', message: 'x' }, 400, /app secret/],
])('%s is an admin’s matter', (_, body, status, message) => {
  expect(classify(body, status)).toMatchObject({
    error: expect.objectContaining({ message: expect.stringMatching(message) }),
  });
  expect(classify(body, status)).toMatchObject({ error: expect.any(SourceAuthError) });
});

test('the new host: tokens, throttles, and codes of its own', () => {
  expect(classify({ code: 'InvalidAuthentication', message: 'x' }, 401)).toEqual({ is: 'token_expired' });
  expect(classify({ code: 'Throttling.Api', message: 'x' }, 400)).toMatchObject({ is: 'rate_limited' });
  expect(classify({ code: 'InvalidParameter', message: 'x' }, 400)).toMatchObject({
    error: expect.any(DingtalkApiError),
  });
  expect(classify({ code: 'ServiceUnavailable', message: 'x' }, 503)).toBeNull();
});

test('what is no answer of the API is judged by its status', () => {
  for (const body of [undefined, null, 'text', [], {}]) expect(classify(body, 404)).toBeNull();
});

test('codes with a meaning for the caller keep it', () => {
  expect(classify({ errcode: 60121, errmsg: 'x' })).toMatchObject({ error: { apiCode: 60121 } });
  expect(classify({ errcode: 88, sub_code: '60121', sub_msg: 'x' })).toMatchObject({ error: { apiCode: 60121 } });
});
