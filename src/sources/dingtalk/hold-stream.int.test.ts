import { createRequire } from 'node:module';
import type * as Vendor from 'dingtalk-stream';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { SourceAuthError, SourceUnavailableError } from '../../domain/errors.js';
import { systemClock } from '../../outbound/http-client/clock.js';
import { DINGTALK_APP, FakeDingtalk } from '../../testing/fakes/fake-dingtalk.js';
import { createJsonWorld } from '../../testing/worlds/json-world.js';
import { waitFor } from '../../testing/wait-for.js';
import type { Hint } from '../source-adapter.js';
import { dingtalkAdapter } from './dingtalk.adapter.js';
import { holdStream } from './hold-stream.js';

let fake: FakeDingtalk;
let ending: AbortController;
let holding: Promise<void> | null;
beforeEach(async () => {
  fake = await FakeDingtalk.start({ stream: true });
  ending = new AbortController();
  holding = null;
});
afterEach(async () => {
  ending.abort();
  await holding?.catch(() => undefined);
  await fake.close();
});

const until = (check: () => boolean) => waitFor(() => Promise.resolve(check()));
const world = () => ({ ...createJsonWorld(), clock: systemClock });
const config = () => ({ ...DINGTALK_APP, events: 'stream' as const, baseUrl: fake.api.url, newBaseUrl: fake.api.url });

/** Connects, and collects the stored hints; `store` may take time or fail. */
async function connect(
  store: (hints: readonly Hint[]) => Promise<void> = () => Promise.resolve(),
  timing = { pingEveryMs: 50, silentMs: 5_000 },
) {
  const got: (readonly Hint[])[] = [];
  const onEvent = async (hints: readonly Hint[]) => {
    await store(hints);
    got.push(hints);
  };
  let open = false;
  const onOpen = () => {
    open = true;
  };
  holding = holdStream(world(), { config: config(), signal: ending.signal }, { onOpen, onEvent }, timing);
  let ended = false;
  holding.catch(() => {
    ended = true;
  });
  await until(() => ended || (open && fake.gateway.connections === 1));
  if (ended) await holding;
  return got;
}

describe('events', () => {
  test('name what moved, and nothing of them is believed; twice does no harm', async () => {
    const got = await connect();
    fake.gateway.tell('user_modify_org', { timeStamp: '1', userId: ['u1', 'u2'], diffInfo: [{ curr: { name: 'X' } }] });
    fake.gateway.tell('org_dept_modify', { timeStamp: '1', deptId: [7] });
    fake.gateway.tell('user_leave_org', { timeStamp: '1', userId: 'u3' });
    fake.gateway.tell('bpms_task_change', { processInstanceId: 'x' });
    await until(() => fake.gateway.acks.length === 4);
    expect(got).toEqual([
      [
        { kind: 'user', externalId: 'u1' },
        { kind: 'user', externalId: 'u2' },
      ],
      [{ kind: 'department', externalId: '7' }],
      [{ kind: 'user', externalId: 'u3' }],
      [],
    ]);
    expect(fake.gateway.acks.map(({ status }) => status)).toEqual(Array(4).fill('SUCCESS'));
  });

  test('are acknowledged when they are stored, and not before', async () => {
    let stored: () => void = () => undefined;
    await connect(() => new Promise((resolve) => (stored = resolve)));
    const id = fake.gateway.tell('user_add_org', { userId: ['u1'] });
    fake.gateway.system('ping', { opaque: 'later than the event' });
    await until(() => fake.gateway.heard.length === 1);
    expect(fake.gateway.heard).toMatchObject([{ data: '{"opaque":"later than the event"}' }]);
    expect(fake.gateway.acks).toEqual([]);
    stored();
    await until(() => fake.gateway.acks.length > 0);
    expect(fake.gateway.acks[0]).toEqual({ messageId: id, status: 'SUCCESS' });
  });

  test('come again when they could not be stored', async () => {
    let failures = 1;
    const got = await connect(() => (failures-- > 0 ? Promise.reject(new Error('database away')) : Promise.resolve()));
    fake.gateway.tell('user_add_org', { userId: ['u1'] });
    await until(() => fake.gateway.acks.length === 2);
    expect(fake.gateway.acks.map(({ status }) => status)).toEqual(['LATER', 'SUCCESS']);
    expect(got).toEqual([[{ kind: 'user', externalId: 'u1' }]]);
  });

  test('that came before the end are stored and acknowledged before the connection closes', async () => {
    let stored: () => void = () => undefined;
    await connect(() => new Promise((resolve) => (stored = resolve)));
    fake.gateway.tell('user_add_org', { userId: ['u1'] });
    fake.gateway.system('ping', { opaque: 'x' });
    await until(() => fake.gateway.heard.length === 1);
    ending.abort();
    stored();
    await holding;
    await until(() => fake.gateway.connections === 0);
    expect(fake.gateway.acks).toMatchObject([{ status: 'SUCCESS' }]);
  });
});

describe('the connection', () => {
  test('answers pings with their own data, unknown topics with 404, and rubbish not at all', async () => {
    await connect();
    fake.gateway.say('no json');
    fake.gateway.say('{"type":"EVENT"}');
    fake.gateway.say(
      JSON.stringify({
        type: 'CALLBACK',
        headers: { topic: '/v1.0/im/bot/messages/get', messageId: 'm1' },
        data: '{}',
      }),
    );
    fake.gateway.system('ping', { opaque: '123-dsfs' });
    await until(() => fake.gateway.heard.length === 2);
    expect(fake.gateway.heard).toMatchObject([
      { code: 404, headers: { messageId: 'm1' } },
      { code: 200, message: 'OK', headers: { contentType: 'application/json' }, data: '{"opaque":"123-dsfs"}' },
    ]);
  });

  test('ends in order when the gateway disconnects', async () => {
    await connect();
    fake.gateway.system('disconnect', { reason: 'connection is expired' });
    await expect(holding).resolves.toBeUndefined();
    expect(fake.gateway.connections).toBe(0);
  });

  test('that was cut, or is dead without a close, is given up', async () => {
    await connect();
    fake.gateway.cut();
    await expect(holding).rejects.toBeInstanceOf(SourceUnavailableError);
    await connect(undefined, { pingEveryMs: 30, silentMs: 300 });
    fake.gateway.frozen = true;
    await expect(holding).rejects.toThrow(/lost/);
  });

  test('that is quiet but answers pings stays', async () => {
    await connect(undefined, { pingEveryMs: 30, silentMs: 400 });
    const ended = await Promise.race([holding, new Promise((done) => setTimeout(() => done('open'), 1_200))]);
    expect(ended).toBe('open');
  });

  test('is refused for a ticket that is not good, and for a wrong secret, and the ticket stands in no error', async () => {
    fake.gateway.refuseTickets = 1;
    const refused = await connect().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SourceUnavailableError);
    expect(String(refused)).toMatch(/status 401/);
    expect(String(refused)).not.toMatch(/ticket=/);
    const wrong = { ...config(), appSecret: 'wrong' };
    const listener = { onOpen: () => undefined, onEvent: () => Promise.resolve() };
    const held = holdStream(world(), { config: wrong, signal: ending.signal }, listener);
    await expect(held).rejects.toBeInstanceOf(SourceAuthError);
  });
});

test('check opens no connection, but says whether the app may have one', async () => {
  const context = () => ({ sourceId: 's', config: config(), signal: ending.signal });
  expect(await dingtalkAdapter(world()).check(context())).toMatchObject({
    ok: true,
    hint: expect.stringMatching(/Stream connection/),
  });
  expect(fake.gateway.opened).toBe(0);
  await fake.close();
  fake = await FakeDingtalk.start();
  const refused = await dingtalkAdapter(world()).check(context());
  expect(refused).toMatchObject({
    ok: false,
    hint: expect.stringMatching(/gateway\/connections\/open needs the permission/),
  });
});

test('the vendor’s own client understands the fake, and the fake understands it', async () => {
  const require = createRequire(import.meta.url);
  const { DWClient, EventAck } = require('dingtalk-stream') as typeof Vendor;
  const axios = createRequire(require.resolve('dingtalk-stream'))('axios') as {
    interceptors: { request: { use(change: (request: { url: string }) => object): number } };
  };
  axios.interceptors.request.use((request) => ({
    ...request,
    url: request.url.replace('https://api.dingtalk.com', fake.api.url),
  }));
  const { appKey: clientId, appSecret: clientSecret } = DINGTALK_APP;
  const client = new DWClient({ clientId, clientSecret, keepAlive: true });
  const types: (string | undefined)[] = [];
  jest.spyOn(console, 'info').mockReturnValue();
  client.registerAllEventListener(({ headers }) => {
    types.push(headers.eventType);
    return { status: EventAck.SUCCESS };
  });
  try {
    await client.connect();
    fake.gateway.tell('user_modify_org', { userId: ['u1'] });
    fake.gateway.system('ping', { opaque: 'abc' });
    await until(() => fake.gateway.heard.length === 2);
    expect(types).toEqual(['user_modify_org']);
    expect(fake.gateway.acks).toMatchObject([{ status: 'SUCCESS' }]);
    expect(fake.gateway.heard[1]).toMatchObject({ code: 200, data: '{"opaque":"abc"}' });
  } finally {
    client.disconnect();
  }
});
