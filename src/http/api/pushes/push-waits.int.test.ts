import { randomUUID } from 'node:crypto';
import { type ApiAnswer, type ApiClient, createApiClient } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { waitFor } from '../../../testing/wait-for.js';
import { DEFAULT_SLOT_LIMITS } from '../../core/answer-slots.js';

/** Pushes wait up to a minute for their result, in as many requests of one key as it may have. */
const MOST = 2;

let api: ApiHarness;
let limited: ApiHarness;
beforeAll(async () => {
  api = await startApi();
  const slotLimits = { ...DEFAULT_SLOT_LIMITS, wait: MOST };
  limited = await startApi({ db: api.database.db, settings: { ...api.deps.settings, slotLimits } });
});
beforeEach(() => api.database.reset());
afterAll(async () => {
  await limited.stop();
  await api.stop();
});

const RECORDS = { records: [{ uid: 'a' }] };
const NATIVE = { path: '/sources/api/records?wait=60', body: { kind: 'user', ...RECORDS } };
const COMPATIBLE = { path: '/api/userData:push', body: { dataType: 'user', ...RECORDS } };

const clientOf = async (baseUrl: string) => createApiClient(baseUrl, await api.newKey('operator', { pushOnly: true }));
const pushes = () => api.database.db.prisma.push.findMany({ orderBy: { seq: 'asc' } });
const untilStored = (count: number) => waitFor(async () => (await pushes()).length === count);
const finishAll = () =>
  api.database.db.prisma.push.updateMany({
    where: { finishedAt: null },
    data: { finishedAt: new Date(), result: { status: 'succeeded', taskId: 't', resources: [] } },
  });
const send = (client: ApiClient, { path, body }: { readonly path: string; readonly body: object }) =>
  client.post(path, body);

/** Pushes after as many others as may wait. @returns their answers, after the last push and all others were finished */
async function pushBeyond(baseUrl: string, last: typeof NATIVE | typeof COMPATIBLE) {
  const client = await clientOf(baseUrl);
  const waiting: Promise<ApiAnswer>[] = [];
  for (const [at, route] of [NATIVE, COMPATIBLE].entries()) {
    waiting.push(send(client, route));
    await untilStored(at + 1);
  }
  const beyond = send(client, last);
  await untilStored(MOST + 1);
  return { client, waiting, beyond };
}

describe.each([
  ['push', NATIVE],
  ['compatible push', COMPATIBLE],
])('a %s of a key whose requests that wait are the most allowed', (_, route) => {
  test('is stored and answered with 202 at once; those that wait go on', async () => {
    const { waiting, beyond } = await pushBeyond(limited.baseUrl, route);
    const { status, body } = await beyond;
    const { pushId } = (route === NATIVE ? body : body.data) as { pushId: string };
    expect([status, pushId]).toEqual([202, (await pushes())[MOST]!.id]);
    await finishAll();
    expect((await Promise.all(waiting)).map((answer) => answer.status)).toEqual([200, 200]);
  });

  test('waits where there is a slot (control)', async () => {
    const { beyond } = await pushBeyond(api.baseUrl, route);
    await finishAll();
    expect((await beyond).status).toBe(200);
  });
});

test.each([
  ['is stored and answered with 202 at once where the most requests wait', () => limited, 202],
  ['waits where there is a slot (control)', () => api, 200],
] as const)('an edit by hand %s', async (_, apiOf, status) => {
  const client = createApiClient(apiOf().baseUrl, await api.newKey('admin'));
  const { id } = await api.database.db.prisma.user.create({ data: { id: randomUUID() } });
  const waiting = Array.from({ length: MOST }, () => send(client, NATIVE));
  await untilStored(MOST);
  const edit = client.patch(`/users/${id}?wait=60`, { fields: { title: 'Head' } });
  await untilStored(MOST + 1);
  await finishAll();
  expect((await edit).status).toBe(status);
  await Promise.all(waiting);
});

/** Whether a push of the client waits: then it has the result that it gets only meanwhile. */
async function isLetWait(client: ApiClient): Promise<boolean> {
  const before = (await pushes()).length;
  const answer = send(client, NATIVE);
  await untilStored(before + 1);
  await finishAll();
  return (await answer).status === 200;
}

test('each key has its slots; they are free again when an answer has ended', async () => {
  const { client, waiting } = await pushBeyond(limited.baseUrl, NATIVE);
  const other = await clientOf(limited.baseUrl);
  const ofOther = send(other, NATIVE);
  await untilStored(MOST + 2);
  await finishAll();
  expect((await ofOther).status).toBe(200);
  await Promise.all(waiting);
  await waitFor(() => isLetWait(client));
});

test('a client that leaves gives its slots back', async () => {
  const key = await api.newKey('operator', { pushOnly: true });
  const client = createApiClient(limited.baseUrl, key);
  const leaving = new AbortController();
  const left = Array.from({ length: MOST }, () =>
    fetch(`${limited.baseUrl}/api/v1${NATIVE.path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(NATIVE.body),
      signal: leaving.signal,
    }),
  );
  await untilStored(MOST);
  expect((await send(client, NATIVE)).status).toBe(202);
  leaving.abort();
  for (const one of await Promise.allSettled(left)) expect(one.status).toBe('rejected');
  await waitFor(() => isLetWait(client));
});
