import { describe, expect, test } from '@jest/globals';
import { SourceConfigError } from '../../domain/errors.js';
import { isSignedBy, openMessage } from '../../outbound/callbacks/sealed-message.js';
import { DINGTALK_EVENTS, dingtalkEventCall } from '../../testing/fakes/dingtalk-events.js';
import { DINGTALK_APP } from '../../testing/fakes/fake-dingtalk.js';
import { receiveEvent } from './receive-event.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const config = { ...DINGTALK_APP, ...DINGTALK_EVENTS };
const receive = (event: Record<string, unknown>) => receiveEvent(dingtalkEventCall(event, NOW), config, NOW);

describe('published vectors', () => {
  const token = 'o2oa';
  const key = 'Nzk5ZjFiODIxMzkyNGMyNWIyMmFiZWZkNjIzNjIxYTg';
  const sealed = 'QH/UQCL7dUGoPQZcBf2H2u/8ImJ+6tjDOSfHle3GmMoG/zopHbD8JpXVCBFGSUFmQ3bWXIuzwyXAZCeS2kptmA==';
  const parts = { token, timestamp: '1603697312745', nonce: '2dffdfdfdf2222', sealed };

  test('the answer that another implementation printed is signed and opens to success for its app', () => {
    expect(isSignedBy(parts, '502b261eda47a212db163c91322f7ddecb2e99cc')).toBe(true);
    expect(openMessage(key, sealed)).toEqual({ message: 'success', receiver: 'ding21016b71e78da961' });
  });

  test('as an event it fits its own options alone', () => {
    const { timestamp, nonce } = parts;
    const query = { msg_signature: '502b261eda47a212db163c91322f7ddecb2e99cc', timestamp, nonce };
    const body = Buffer.from(JSON.stringify({ encrypt: sealed }));
    const call = { method: 'POST', query, headers: {}, body } as const;
    const options = { appKey: 'ding21016b71e78da961', appSecret: 'x', callbackToken: token, callbackAesKey: key };
    const at = Number(timestamp);
    // Decrypted, for this app, in time: but the word "success" is not an event.
    expect(receiveEvent(call, options, at)).toEqual({ accepted: false, code: 'unreadable' });
    const other = { ...options, appKey: 'dingother' };
    expect(receiveEvent(call, other, at)).toEqual({ accepted: false, code: 'bad_signature' });
    expect(receiveEvent(call, { ...other, callbackOwner: 'ding21016b71e78da961' }, at)).toMatchObject({
      code: 'unreadable',
    });
  });
});

test.each([
  [
    'user_add_org',
    { UserId: ['a', 'b'] },
    [
      { kind: 'user', externalId: 'a' },
      { kind: 'user', externalId: 'b' },
    ],
  ],
  ['user_modify_org', { UserId: ['a'] }, [{ kind: 'user', externalId: 'a' }]],
  ['user_leave_org', { UserId: ['a'] }, [{ kind: 'user', externalId: 'a' }]],
  ['user_active_org', { UserId: ['a'] }, [{ kind: 'user', externalId: 'a' }]],
  [
    'org_dept_create',
    { DeptId: [7, '8'] },
    [
      { kind: 'department', externalId: '7' },
      { kind: 'department', externalId: '8' },
    ],
  ],
  ['org_dept_modify', { DeptId: [7] }, [{ kind: 'department', externalId: '7' }]],
  ['org_dept_remove', { DeptId: [7] }, [{ kind: 'department', externalId: '7' }]],
  ['org_admin_add', { UserId: ['a'] }, []],
  ['label_conf_add', {}, []],
  ['check_url', {}, []],
])('the event %s with %j names what moved', (type, ids, hints) => {
  expect(receive({ EventType: type, ...ids })).toMatchObject({ accepted: true, hints });
});

test('the answer is the word success, sealed for the app and signed, so also for the trial of the address', () => {
  const answer = receive({ EventType: 'check_url' });
  if (!answer.accepted) throw new Error(answer.code);
  const { msg_signature, timeStamp, nonce, encrypt } = JSON.parse(answer.reply.body) as Record<string, string>;
  const parts = { token: config.callbackToken, timestamp: timeStamp!, nonce: nonce!, sealed: encrypt! };
  expect(isSignedBy(parts, msg_signature!)).toBe(true);
  expect(openMessage(config.callbackAesKey, encrypt!)).toEqual({ message: 'success', receiver: config.appKey });
});

test.each([
  ['another token', { callbackToken: 'otherToken' }, 0, 'bad_signature'],
  ['another app', { appKey: 'dingother' }, 0, 'bad_signature'],
  ['an hour and a second late', {}, 3_601_000, 'stale'],
  ['an hour and a second early', {}, -3_601_000, 'stale'],
])('an event is refused: %s', (_, change, lateMs, code) => {
  const call = dingtalkEventCall({ EventType: 'user_add_org', UserId: ['a'] }, NOW);
  expect(receiveEvent(call, { ...config, ...change }, NOW + lateMs)).toEqual({ accepted: false, code });
  expect(receiveEvent(call, config, NOW)).toMatchObject({ accepted: true });
});

test('what is no event at all is unreadable', () => {
  const call = dingtalkEventCall({}, NOW);
  expect(receiveEvent(call, config, NOW)).toEqual({ accepted: false, code: 'unreadable' });
  expect(receiveEvent({ ...call, method: 'GET' }, config, NOW)).toEqual({ accepted: false, code: 'unreadable' });
  expect(receiveEvent({ ...call, body: Buffer.from('no json') }, config, NOW)).toMatchObject({ code: 'unreadable' });
});

test('a source without a token or a key takes no events', () => {
  const call = dingtalkEventCall({ EventType: 'check_url' }, NOW);
  expect(() => receiveEvent(call, { ...DINGTALK_APP, callbackToken: 'x' }, NOW)).toThrow(SourceConfigError);
});
