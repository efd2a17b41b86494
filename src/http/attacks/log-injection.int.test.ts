import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeLogger, createLogger, type Logger } from '../../platform/logger.js';
import type { ApiClient } from '../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../testing/worlds/api-harness.js';
import { LOG_TEXTS, TERMINAL_CONTROLS_RAW } from '../../testing/attacks/log-texts.js';

let dir: string;
let logger: Logger;
let api: ApiHarness;
let admin: ApiClient;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rollcall-log-'));
  logger = createLogger({ dir, level: 'debug', console: false });
  api = await startApi({ logger });
  admin = await api.as('admin');
});
afterAll(async () => {
  await api.stop();
  await rm(dir, { recursive: true, force: true });
});

/** Headers are bytes without line ends: what HTTP lets through at all. */
const asHeader = (text: string) => text.replace(/[^\t\u0020-\u007e\u0080-\u00ff]/g, '').trim() || 'x';

test('whatever callers send, the log has one honest line a request', async () => {
  let requests = 0;
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const { status } = await admin.send(method, path, { body, headers });
    expect([path, status]).toEqual([path, expect.any(Number)]);
    expect(status).toBeLessThan(500);
    requests += 1;
  };
  for (const [at, text] of LOG_TEXTS.entries()) {
    const [encoded, header] = [encodeURIComponent(text), asHeader(text)];
    const ids = { 'user-agent': header, 'x-request-id': header, traceparent: header, 'idempotency-key': header };
    await send('GET', `/sources/${encoded}`, undefined, ids);
    await send('GET', `/nothing/${encoded}?${encoded}=${encoded}`, undefined, ids);
    await send('GET', `/users?search=${encoded}`, undefined, { 'x-forwarded-for': header });
    await send('POST', '/sources', { name: text, type: text, title: text, config: { [text]: text } });
    await send('POST', '/sources', { name: `s-${at}`, type: 'push', title: text });
    await send('POST', '/session', { username: text, password: text });
    await send('POST', '/sources/api/records', { kind: 'user', records: [{ uid: text, [text]: text }] }, ids);
    await send('POST', `/tasks/${encoded}/reject`, { reason: text });
  }
  await closeLogger(logger);
  const raw = (await readFile(join(dir, `system-${new Date().toISOString().slice(0, 10)}.log`), 'utf8')).trimEnd();
  const lines = raw.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(raw.split('\n').filter((line) => TERMINAL_CONTROLS_RAW.test(line))).toEqual([]);
  expect(lines.filter(({ message }) => message === 'request').length).toBe(requests);
  expect(lines.filter((line) => 'forged' in line || line['message'] === 'forged')).toEqual([]);
  expect(raw).not.toMatch(/forged|evil\.example|cleared/);
  const ids = lines.flatMap(({ requestId }) => (requestId === undefined ? [] : [requestId as string]));
  expect(ids.filter((id) => !/^[0-9a-f-]{36}$/.test(id))).toEqual([]);
});
