import { describe, expect, test } from '@jest/globals';
import { EventDispatcher, LoggerLevel } from '@larksuiteoapi/node-sdk';
import { SourceConfigError } from '../../domain/errors.js';
import { FEISHU_APP } from '../../testing/fakes/fake-feishu.js';
import { FEISHU_EVENTS, feishuCall, feishuEventCall } from '../../testing/fakes/feishu-events.js';
import { receiveEvent } from './receive-event.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const config = { ...FEISHU_APP, ...FEISHU_EVENTS };
const person = { open_id: 'ou_1', union_id: 'on_1', user_id: 'u1', name: 'Ada' };
const updated = { type: 'contact.user.updated_v3', object: person };

test('the SDK takes the same event, so that the fake is what the suite sends', async () => {
  const seen: unknown[] = [];
  const dispatcher = new EventDispatcher({ ...FEISHU_EVENTS, loggerLevel: LoggerLevel.fatal });
  dispatcher.register({ 'contact.user.updated_v3': (data: unknown) => void seen.push(data) });
  const call = feishuEventCall(updated, NOW);
  await dispatcher.invoke(Object.assign(Object.create({ headers: call.headers }), JSON.parse(call.body.toString())));
  expect(seen).toMatchObject([{ event_type: 'contact.user.updated_v3', object: person }]);
  expect(receiveEvent(call, config, NOW)).toMatchObject({ accepted: true });
});

describe('an event names what moved, in the ids that the source goes by', () => {
  test.each([
    ['user_id', 'u1'],
    ['union_id', 'on_1'],
    ['open_id', 'ou_1'],
  ] as const)('%s', (identity, externalId) => {
    for (const type of ['contact.user.created_v3', 'contact.user.updated_v3', 'contact.user.deleted_v3']) {
      const answer = receiveEvent(feishuEventCall({ type, object: person }, NOW), { ...config, identity }, NOW);
      expect(answer).toMatchObject({ accepted: true, hints: [{ kind: 'user', externalId }], needsFull: false });
    }
  });

  test.each(['contact.department.created_v3', 'contact.department.updated_v3', 'contact.department.deleted_v3'])(
    '%s',
    (type) => {
      const object = { open_department_id: 'od-1', department_id: 'custom', name: 'Sales' };
      expect(receiveEvent(feishuEventCall({ type, object }, NOW), config, NOW)).toMatchObject({
        accepted: true,
        hints: [{ kind: 'department', externalId: 'od-1' }],
      });
    },
  );

  test.each([
    ['contact.scope.updated_v3', true],
    ['contact.custom_attr_event.updated_v3', true],
    ['im.message.receive_v1', false],
  ])('%s: needs a full read %p', (type, needsFull) => {
    const answer = receiveEvent(feishuEventCall({ type, object: {} }, NOW), config, NOW);
    expect(answer).toMatchObject({ accepted: true, hints: [], needsFull });
  });

  test('a person whose id the app may not see is left to the next full read', () => {
    const event = { ...updated, object: { open_id: 'ou_1' } };
    expect(receiveEvent(feishuEventCall(event, NOW), config, NOW)).toMatchObject({ accepted: true, hints: [] });
  });
});

test('the trial of the address gets its challenge back', () => {
  const trial = { type: 'url_verification', challenge: 'abc-123', token: FEISHU_EVENTS.verificationToken };
  const answer = receiveEvent(feishuCall(trial, NOW), config, NOW);
  if (!answer.accepted) throw new Error(answer.code);
  expect(answer.hints).toEqual([]);
  expect(JSON.parse(answer.reply.body)).toEqual({ challenge: 'abc-123' });
  const forged = receiveEvent(feishuCall({ ...trial, token: 'other' }, NOW), config, NOW);
  expect(forged).toEqual({ accepted: false, code: 'bad_signature' });
});

describe('refused', () => {
  const call = feishuEventCall(updated, NOW);

  test('a body that was printed anew: the signature is over the very bytes', () => {
    const printed = Buffer.from(JSON.stringify(JSON.parse(call.body.toString()), null, 1));
    expect(receiveEvent({ ...call, body: printed }, config, NOW)).toEqual({ accepted: false, code: 'bad_signature' });
  });

  test('an event without a signature', () => {
    const { 'x-lark-signature': _, ...headers } = call.headers as Record<string, string>;
    expect(receiveEvent({ ...call, headers }, config, NOW)).toEqual({ accepted: false, code: 'bad_signature' });
  });

  test('another verification token', () => {
    const other = { ...config, verificationToken: 'another-token' };
    expect(receiveEvent(call, other, NOW)).toEqual({ accepted: false, code: 'bad_signature' });
  });

  test('what is sealed with another key', () => {
    const other = feishuCall({ type: 'url_verification', challenge: 'x' }, NOW, 'another-key');
    expect(receiveEvent(other, config, NOW)).toEqual({ accepted: false, code: 'unreadable' });
  });

  test.each([8 * 3_600_000 + 1_000, -8 * 3_600_000 - 1_000])('an event out of its time by %i ms', (ms) => {
    expect(receiveEvent(call, config, NOW + ms)).toEqual({ accepted: false, code: 'stale' });
  });

  test('what comes in clear, though an Encrypt Key is set', () => {
    const clear = { ...call, body: Buffer.from(JSON.stringify({ type: 'url_verification', challenge: 'x' })) };
    expect(receiveEvent(clear, config, NOW)).toEqual({ accepted: false, code: 'unreadable' });
    expect(receiveEvent({ ...call, method: 'GET' }, config, NOW)).toEqual({ accepted: false, code: 'unreadable' });
  });
});

test('a source without an Encrypt Key takes no events', () => {
  expect(() => receiveEvent(feishuEventCall(updated, NOW), FEISHU_APP, NOW)).toThrow(SourceConfigError);
});
