import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { breachedPasswords, fileHasHash } from './breached-passwords.js';
import { checkNewPassword, openPasswordRules } from './password-rules.js';

const BREACHED = 'violets under seven bridges';
const hashOf = (password: string) => createHash('sha1').update(password).digest('hex').toUpperCase();

/** What a service was asked, and what it answers next. */
let asked: { readonly url: string; readonly headers: IncomingHttpHeaders }[];
let answer: (prefix: string) => { readonly status?: number; readonly body: string };
let server: Server;
let service: URL;
let folder: string;
let warned: Record<string, unknown>[];
const logger = { warn: (message: string, fields: object) => warned.push({ message, ...fields }) };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-breached-'));
  server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', headers: request.headers });
    const { status = 200, body } = answer((request.url ?? '').split('/').at(-1) ?? '');
    response.writeHead(status, { 'Content-Type': 'text/plain' }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  service = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
beforeEach(() => {
  [asked, warned] = [[], []];
  answer = () => ({ body: `${'0'.repeat(35)}:2\r\n${hashOf(BREACHED).slice(5)}:17\r\n${'F'.repeat(35)}:1` });
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

const ask = (password: string, source = service) =>
  breachedPasswords({ source, egressAllow: [], logger, timeoutMs: 500 })(password);

describe('ASVS 6.2.12: a service that knows breached passwords', () => {
  test('is asked by the first five digits of the hash and for padding, and nothing else leaves', async () => {
    expect(await ask(BREACHED)).toBe(true);
    expect(await ask(`${BREACHED}!`)).toBe(false);
    expect(asked.map(({ url }) => url)).toEqual(
      [BREACHED, `${BREACHED}!`].map((one) => `/range/${hashOf(one).slice(0, 5)}`),
    );
    for (const { headers } of asked) expect(headers['add-padding']).toBe('true');
    expect(JSON.stringify(asked)).not.toContain(hashOf(BREACHED).slice(5, 12));
    expect(warned).toEqual([]);
  });

  test('pads with lines of count 0, which count for nothing', async () => {
    answer = () => ({ body: `${hashOf(BREACHED).slice(5)}:0\r\n` });
    expect(await ask(BREACHED)).toBe(false);
  });

  test.each([
    ['answers an error', () => ({ status: 500, body: '' })],
    ['answers endlessly', () => ({ body: 'x'.repeat(2_000_000) })],
  ])('that %s lets the password pass, with one line in the log that has nothing of it', async (_name, next) => {
    answer = next;
    expect(await ask(BREACHED)).toBe(false);
    expect(warned).toEqual([{ message: 'breached passwords not asked', cause: expect.any(String) as string }]);
    expect(JSON.stringify(warned)).not.toMatch(/violets|range/);
  });

  test.each(['https://127.0.0.1', 'https://10.0.0.1', 'https://localhost:8443'])(
    'at %s is not asked: that is a private network that is not allowed',
    async (address) => {
      expect(await ask(BREACHED, new URL(address))).toBe(false);
      expect(String(warned[0]!['cause'])).toMatch(/EGRESS_ALLOW|never allowed/);
    },
  );

  test('is not asked about a password that is refused anyway', async () => {
    const rules = await openPasswordRules({ words: ['acme'], breached: service, egressAllow: [] }, logger);
    const check = (password: string) => checkNewPassword(rules, { password, username: 'ada' });
    for (const password of ['short', 'qwertyqwerty', 'acme under seven bridges'])
      expect(await check(password)).not.toBeNull();
    expect(asked).toEqual([]);
    expect(await check(BREACHED)).toMatch(/breach/);
    expect(await check('lanterns over nine harbours')).toBeNull();
  });
});

describe('a sorted file of hashes, for networks without a way out', () => {
  const write = async (text: string) => {
    const path = join(folder, `${hashOf(text).slice(0, 8)}.txt`);
    await writeFile(path, text);
    return pathToFileURL(path);
  };
  const passwords = Array.from({ length: 3_000 }, (_, at) => `password number ${at}`);

  test.each([
    ['lines that end with CRLF', '\r\n', ''],
    ['lines that end with LF and an end of line at the end', '\n', '\n'],
  ])('has each of its passwords and no other: %s', async (_name, between, last) => {
    const lines = passwords.map((one, at) => `${hashOf(one)}:${10 ** (at % 8)}`).sort();
    const file = await write(lines.join(between) + last);
    for (const one of passwords) expect([one, await fileHasHash(file, hashOf(one))]).toEqual([one, true]);
    for (const one of passwords) expect([one, await fileHasHash(file, hashOf(`${one}!`))]).toEqual([one, false]);
    for (const edge of ['0'.repeat(40), 'F'.repeat(40)]) expect(await fileHasHash(file, edge)).toBe(false);
    expect(await ask(passwords[7]!, file)).toBe(true);
  });

  test('of no or of one line is no special case', async () => {
    expect(await fileHasHash(await write(''), hashOf('x'))).toBe(false);
    const one = await write(hashOf('x'));
    expect([await fileHasHash(one, hashOf('x')), await fileHasHash(one, hashOf('y'))]).toEqual([true, false]);
  });

  test('that is missing or no such file is reported at the start', async () => {
    const open = (breached: URL) => openPasswordRules({ words: [], breached, egressAllow: [] }, logger);
    await expect(open(pathToFileURL(join(folder, 'missing')))).rejects.toThrow('ENOENT');
    await expect(open(await write('these are\nsome other lines\n'))).rejects.toThrow('upper-case hex');
    await expect(open(await write('x'.repeat(1_000)))).rejects.toThrow('upper-case hex');
  });
});

test('where nothing is configured, nothing is breached', async () => {
  const isBreached = breachedPasswords({ source: null, egressAllow: [], logger });
  expect([await isBreached(BREACHED), warned]).toEqual([false, []]);
});
