import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { memoryRateGovernor } from '../../outbound/http-client/rate-governor.js';
import { createTokenCache } from '../../outbound/http-client/token-cache.js';
import { pushAdapter } from '../../sources/push/push.adapter.js';
import { SourceRegistry } from '../../sources/source-registry.js';
import { wecomAdapter } from '../../sources/wecom/wecom.adapter.js';
import { type ApiHarness, startApi } from '../../testing/worlds/api-harness.js';
import { type FakeWecom, startFakeWecom } from '../../testing/fakes/fake-wecom.js';

let api: ApiHarness;
let corp: FakeWecom;
const ids: Record<string, string> = {};

beforeAll(async () => {
  corp = await startFakeWecom();
  const clock = { now: () => Date.now(), sleep: () => Promise.resolve() };
  const sources = new SourceRegistry();
  sources.register(wecomAdapter({ governor: memoryRateGovernor(clock), tokens: createTokenCache(clock), clock }));
  const nothing = () => new Set() as never;
  sources.register(pushAdapter({ inbox: { claim: () => Promise.resolve(), read: nothing, peek: nothing } }));
  // Options stand in clear here: what opens them has its own tests.
  const openConfig = ({ type, config }: { type: string; config: unknown }) =>
    sources.find(type)?.configSchema.parse(config);
  const supportedModes = (type: string) => sources.find(type)?.capabilities.modes ?? [];
  api = await startApi({ sources, openConfig, supportedModes });
});
afterAll(async () => {
  await api?.stop();
  await corp?.stop();
});
beforeEach(async () => {
  await api.database.db.prisma.source.deleteMany({ where: { type: 'wecom' } });
  api.rung.splice(0);
  api.logged.splice(0);
  await addSource('wecom');
});

async function addSource(name: string, more: object = {}): Promise<void> {
  const { corpId, appSecret, callback } = corp;
  const config = { corpId, appSecret, callback };
  const row = { id: uuidv7(), name, title: name, type: 'wecom', config, matchKeys: [], redact: [], ...more };
  ids[name] = (await api.database.db.prisma.source.create({ data: row })).id;
}

const change = (type: string, fields: string) =>
  `<xml><Event>change_contact</Event><ChangeType>${type}</ChangeType>${fields}</xml>`;
const post = (name: string, { query, body }: { query: string; body: string }) =>
  fetch(`${api.baseUrl}/hooks/${name}?${query}`, { method: 'POST', headers: { 'content-type': 'text/xml' }, body });
const hints = async () =>
  (await api.database.db.prisma.hint.findMany({ orderBy: { seq: 'asc' } })).map(
    ({ kind, externalId }) => `${kind} ${externalId}`,
  );

test('the trial of the address gets the opened text back, and nothing is stored', async () => {
  const response = await fetch(`${api.baseUrl}/hooks/wecom?${corp.trial('1616140317555161061').query}`);
  expect([response.status, await response.text()]).toEqual([200, '1616140317555161061']);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(await hints()).toEqual([]);
});

test('an event becomes hints and one delta; repeated and further ones join it', async () => {
  const events = [
    change('update_user', '<UserID>ZhangSan</UserID><NewUserID>ZhangSan2</NewUserID>'),
    change('create_party', '<Id>7</Id><ParentId>1</ParentId>'),
    change('delete_user', '<UserID>zhangsan</UserID>'),
  ];
  for (const event of events) expect((await post('wecom', corp.event(event))).status).toBe(200);
  expect((await hints()).sort()).toEqual(['department 7', 'user zhangsan', 'user zhangsan2']);
  const tasks = await api.database.db.prisma.syncTask.findMany({ where: { sourceId: ids['wecom']! } });
  expect(tasks).toMatchObject([{ mode: 'delta', status: 'queued', trigger: 'push' }]);
  expect(api.rung).toEqual([tasks[0]?.id]);
});

test('events without a person are acknowledged and dropped', async () => {
  const others = [
    change('update_tag', '<TagId>1</TagId>'),
    '<xml><Event>batch_job_result</Event><BatchJob><JobId>1</JobId></BatchJob></xml>',
    change('update_user', '<UserID></UserID>'),
    'no xml at all',
  ];
  for (const event of others) {
    const response = await post('wecom', corp.event(event));
    expect([response.status, await response.text()]).toEqual([200, 'success']);
  }
  expect([await hints(), api.rung]).toEqual([[], []]);
});

test('calls that are not signed, too old, for another corp or unreadable are refused, and nothing is stored', async () => {
  const event = change('update_user', '<UserID>a</UserID>');
  const good = corp.event(event);
  const old = Math.floor(Date.now() / 1_000) - 700;
  const stranger = await startFakeWecom();
  Object.assign(stranger, { corpId: 'wwanother0000000' });
  const calls: [string, { query: string; body: string }][] = [
    ['bad_signature', { ...good, query: good.query.replace(/msg_signature=[0-9a-f]/, 'msg_signature=x') }],
    ['bad_signature', { ...good, body: corp.event(change('delete_user', '<UserID>b</UserID>')).body }],
    ['bad_signature', { ...good, query: '' }],
    ['stale', corp.event(event, old)],
    ['stale', corp.event(event, Math.floor(Date.now() / 1_000) + 700)],
    ['unreadable', stranger.event(event)],
    ['unreadable', { query: good.query, body: '<xml><Encrypt/></xml>' }],
    ['unreadable', { query: good.query, body: '{}' }],
    ['unreadable', { query: good.query, body: '' }],
  ];
  for (const [code, call] of calls) {
    const response = await post('wecom', call);
    expect({ status: response.status, ...((await response.json()) as object) }).toMatchObject({
      ...{ status: 403, code: 'hook_refused' },
      detail: expect.stringContaining(code),
    });
  }
  expect(await hints()).toEqual([]);
  await stranger.stop();
});

test('unknown and disabled sources and those without callbacks look the same: 404', async () => {
  await addSource('off', { enabled: false });
  const event = corp.event(change('update_user', '<UserID>a</UserID>'));
  for (const name of ['off', 'missing', 'api', 'NOT-A-NAME']) {
    const response = await post(name, event);
    expect([name, response.status, ((await response.json()) as { code: string }).code]).toEqual([
      name,
      404,
      'not_found',
    ]);
  }
});

test('a source without callback settings refuses, and the log says what an admin must do', async () => {
  const { corpId, appSecret } = corp;
  await addSource('bare', { config: { corpId, appSecret } });
  expect((await post('bare', corp.event('<xml/>'))).status).toBe(403);
  expect(api.logged).toContainEqual(
    expect.objectContaining({ cause: expect.stringMatching(/enter Token and EncodingAESKey/) }),
  );
});

test('large bodies are refused, other methods have no place here, and no log line holds a body, a name or a query', async () => {
  const huge = await post('wecom', { query: 'a=1', body: 'x'.repeat(300_000) });
  expect(huge.status).toBe(413);
  expect((await fetch(`${api.baseUrl}/hooks/wecom`, { method: 'DELETE' })).status).toBe(405);
  const event = corp.event(change('update_user', '<UserID>SecretPerson</UserID>'));
  await post('wecom', event);
  const text = JSON.stringify(api.logged).toLowerCase();
  expect(text).toContain('callback accepted');
  for (const part of ['secretperson', 'msg_signature', 'encrypt']) expect(text).not.toContain(part);
});
