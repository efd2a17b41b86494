import { mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import { SyncError } from '../../domain/errors.js';
import { loopbackEgress } from '../../testing/fakes/loopback-egress.js';
import { makeTestCertificates } from '../../testing/servers/test-certificates.js';
import type { SourceMessage } from '../../domain/source-message.js';
import { type AdapterFixture, describeAdapterContract } from '../source-adapter.contract.js';
import { csvAdapter } from './csv.adapter.js';
import { pathId } from './department-row.js';

type Message = SourceMessage<unknown>;

let root: string;
let outside: string;
let server: Server;
let respond: (response: ServerResponse) => void;

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'rollcall-csv-'));
  root = join(outside, 'data');
  await mkdir(root);
  server = createServer((_, response) => respond(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(outside, { recursive: true, force: true });
});

const adapter = () => csvAdapter({ root, allowHttp: true });
const put = (name: string, content: string | Buffer) => writeFile(join(root, name), content);
const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/users.csv`;
const people = (count: number) => Array.from({ length: count }, (_, index) => `p${index},Person ${index}`).join('\n');

function open(options: unknown, signal = new AbortController().signal): AsyncIterable<Message> {
  const config = adapter().configSchema.parse(options);
  const request = { taskId: 't', mode: 'full', since: null, resumeFrom: null } as const;
  return adapter().read(request, { sourceId: 's', config, signal });
}

async function read(options: unknown): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const message of open(options)) messages.push(message);
  return messages;
}

/** Reads a users file with this content. */
async function readUsers(content: string | Buffer, more: object = {}): Promise<Message[]> {
  await put('users.csv', content);
  return read({ users: { file: 'users.csv' }, ...more });
}

const recordsOf = (messages: readonly Message[], kind = 'user') =>
  messages.flatMap((message) => (message.type === 'records' && message.kind === kind ? message.records : []));

const rejectedOf = (messages: readonly Message[]) =>
  messages.flatMap((message) => (message.type === 'rejected' ? [message] : []));

async function failure(work: Promise<unknown>): Promise<SyncError> {
  const error = await work.then(
    () => null,
    (cause: unknown) => cause,
  );
  if (!(error instanceof SyncError)) throw new Error(`Not a SyncError: ${String(error)}`);
  return error;
}

function check(options: unknown) {
  const config = adapter().configSchema.parse(options);
  return adapter().check({ sourceId: 's', config, signal: new AbortController().signal });
}

describeAdapterContract({
  name: 'csv',
  create: () =>
    Promise.resolve({
      async whole() {
        await put('users.csv', `uid,nickname\n${people(1_200)}\n`);
        await put('departments.csv', 'uid,title,parentUid\nd1,Head office,\nd2,Sales,d1\n');
        const ids = { department: ['d1', 'd2'], user: Array.from({ length: 1_200 }, (_, index) => `p${index}`) };
        const config = { users: { file: 'users.csv' }, departments: { file: 'departments.csv' } };
        return { adapter: adapter(), config, ids };
      },
      failing() {
        respond = (response) => {
          response.write(`uid,nickname\n${people(30_000)}\n`, () => setImmediate(() => response.destroy()));
        };
        return Promise.resolve({ adapter: adapter(), config: { users: { url: url() } }, kind: 'user' });
      },
      hanging() {
        const asked = new Promise<void>((resolve) => {
          respond = (response) => response.write(`uid,nickname\n${people(100)}\n`, () => resolve());
        });
        return Promise.resolve({ adapter: adapter(), config: { users: { url: url() } }, asked });
      },
      async duplicates() {
        await put('twice.csv', 'uid,nickname\na,Ann\nb,Bob\na,Anna\n');
        return { adapter: adapter(), config: { users: { file: 'twice.csv' } }, kind: 'user', id: 'a', times: 2 };
      },
      async bad() {
        await put('no-uid.csv', 'nickname,email\nBob,b@example.com\n');
        const scene = (name: string, users: object, hint: RegExp) => ({
          name,
          adapter: adapter(),
          config: { users },
          hint,
        });
        respond = (response) => void response.writeHead(404).end();
        return [
          scene('no such file', { file: 'missing.csv' }, /users file "missing\.csv" is not in the CSV folder/),
          scene('no uid', { file: 'no-uid.csv' }, /users file "no-uid\.csv" has no column "uid"/),
          scene('outside', { file: '../x.csv' }, /in the CSV folder of the server, without/),
          scene('not found', { url: url() }, /127\.0\.0\.1:\d+ answers 404/),
        ];
      },
      secrets: ['departments', 'users'].flatMap((table) =>
        ['key', 'password', 'token', 'value'].map((name) => `${table}.auth.${name}`),
      ),
      close: () => Promise.resolve(),
    } satisfies AdapterFixture),
});

describe('csv adapter: reading', () => {
  test('R30: a whole file is complete, with rows and size as evidence', async () => {
    const messages = await readUsers('uid,nickname\na,Ann\nb,"Bob\n""the builder"""\n');
    expect(messages).toEqual([
      {
        type: 'records',
        kind: 'user',
        records: [
          { externalId: 'a', data: { nickname: 'Ann' } },
          { externalId: 'b', data: { nickname: 'Bob\n"the builder"' } },
        ],
      },
      { type: 'complete', kind: 'user', evidence: '2 rows to the end of the file, 1 kB' },
    ]);
  });

  test('R30: without a departments file nothing is said about departments', async () => {
    const messages = await readUsers('uid,departments\na,d1\n');
    expect(messages.filter((message) => 'kind' in message && message.kind === 'department')).toEqual([]);
  });

  test('departments come before users', async () => {
    await put('departments.csv', 'uid;title;parentUid;order\n1;Office;;1\n2;Sales;1;2\n');
    const messages = await readUsers('uid,departments\na,2;1\n', { departments: { file: 'departments.csv' } });
    expect(messages.map((message) => ('kind' in message ? `${message.type} ${message.kind}` : ''))).toEqual([
      ...['records department', 'complete department', 'records user', 'complete user'],
    ]);
    expect(recordsOf(messages, 'department')[1]).toEqual({
      externalId: '2',
      data: { title: 'Sales', parentUid: '1', order: 2 },
    });
  });

  test('big files come in pages of 500 rows', async () => {
    const messages = await readUsers(`uid,nickname\n${people(1_001)}\n`);
    const sizes = messages.map((message) => (message.type === 'records' ? message.records.length : message.type));
    expect(sizes).toEqual([500, 500, 1, 'complete']);
  });

  test.each([
    ['utf8', false, {}],
    ['utf8', true, {}],
    ['utf-16le', true, {}],
    ['utf-16be', true, {}],
    ['gb18030', false, {}],
    ['gb18030', false, { encoding: 'gb18030' }],
    ['windows-1252', false, { encoding: 'windows-1252' }],
  ])('%s (mark: %p) is read right with %j, across all chunks', async (encoding, addBOM, more) => {
    const name = encoding === 'windows-1252' ? 'Jörg Müller' : '销售经理王小明';
    const rows = Array.from({ length: 12_000 }, (_, index) => `${index},${name}`).join('\r\n');
    const messages = await readUsers(iconv.encode(`uid,nickname\r\n${rows}\r\n`, encoding, { addBOM }), more);
    const records = recordsOf(messages);
    expect(records).toHaveLength(12_000);
    expect(new Set(records.map((record) => (record.data as { nickname: string }).nickname))).toEqual(new Set([name]));
  });

  test.each([
    [',', {}],
    [';', {}],
    ['\t', {}],
    ['|', {}],
    [';', { delimiter: ';' }],
  ])('the delimiter %j is found, or taken from %j', async (delimiter, more) => {
    const messages = await readUsers(`uid${delimiter}title\na${delimiter}b\n`, more);
    expect(recordsOf(messages)).toEqual([{ externalId: 'a', data: { title: 'b' } }]);
  });

  test('R7: rows that cannot be read are listed with their number, the others go on', async () => {
    const messages = await readUsers('uid,title,active\na,x,yes\nb,x,no,z\n\n,,\nc,x,maybe\nd,x,no\n');
    expect(recordsOf(messages).map((record) => record.externalId)).toEqual(['a', 'c', 'd']);
    expect(rejectedOf(messages)).toEqual([
      expect.objectContaining({
        externalId: null,
        code: 'ragged_row',
        reason: expect.stringMatching(/^Row 3 has text in column 4, the header has 3 names/),
      }),
    ]);
  });

  test('a column called __proto__ changes no object', async () => {
    const [record] = recordsOf(await readUsers('uid,__proto__\na,x\n'));
    expect(Object.getPrototypeOf(record?.data)).toBe(Object.prototype);
  });
});

describe('csv adapter: departments by path', () => {
  const byPath = { departmentsBy: 'path' };

  test('without a departments file, every department on a path is yielded once', async () => {
    const messages = await readUsers('uid,departments\na,A/B;C\nb,A/D\n', byPath);
    expect(recordsOf(messages, 'department').map((record) => (record.data as { title: string }).title)).toEqual([
      ...['A', 'B', 'C', 'D'],
    ]);
    expect(recordsOf(messages)[0]?.data).toEqual({
      departments: [
        { uid: pathId(['A', 'B']), isMain: true },
        { uid: pathId(['C']), isMain: false },
      ],
    });
    expect(messages.flatMap((message) => (message.type === 'complete' ? [message.evidence] : []))).toEqual([
      ...['4 paths in 2 rows to the end of the file, 1 kB', '2 rows to the end of the file, 1 kB'],
    ]);
  });

  test('R7: a row of users that cannot be read leaves the departments unproved', async () => {
    const messages = await readUsers('uid,departments\n#N/A,A/B\nb,A\nc,A//B\n', byPath);
    expect(rejectedOf(messages)).toEqual([
      expect.objectContaining({ kind: 'user', externalId: null }),
      expect.objectContaining({
        kind: 'department',
        externalId: null,
        code: 'unread_path',
        reason: expect.stringMatching(/^2 rows/),
      }),
    ]);
    expect(recordsOf(messages, 'department')).toHaveLength(1);
  });

  test('a departments file of paths names them all', async () => {
    await put('departments.csv', 'path\nA/B\nA\n\nX//Y\nC\n');
    const messages = await readUsers('uid,departments\na,A/B\n', {
      ...byPath,
      departments: { file: 'departments.csv' },
    });
    const found = recordsOf(messages, 'department').map((record) => record.externalId);
    expect(found).toEqual([['A'], ['A', 'B'], ['C']].map(pathId));
    expect(rejectedOf(messages)).toEqual([expect.objectContaining({ kind: 'department', code: 'invalid_path' })]);
  });

  test('a departments file with more than paths is refused', async () => {
    await put('departments.csv', 'path,cost center\nA/B,1\n');
    const error = await failure(
      readUsers('uid,departments\n', { ...byPath, departments: { file: 'departments.csv' } }),
    );
    expect(error.message).toMatch(/departments file "departments\.csv" may have the column "path" only/);
  });

  test('users without a departments column are refused', async () => {
    expect((await failure(readUsers('uid\na\n', byPath))).message).toMatch(/no column "departments"/);
  });
});

describe('csv adapter: a file that is cut short proves nothing', () => {
  test.each([
    ['no bytes', '', /is empty, without a header/],
    ['only a mark', '\ufeff', /is empty, without a header/],
    ['an open quote', 'uid,title\na,x\nb,"y\n', /row 3, column 2, has a quote that is never closed/],
    ['a quote in the wrong place', 'uid,title\na,x\nb,"y"z\n', /row 3, column 2, has text after a closing quote/],
    [
      'a quote that swallows the rest',
      `uid,title\na,"x\n${people(100_000)}`,
      /row 2, column 2, is longer than 1000000 bytes/,
    ],
  ])('R30: %s', async (_, content, message) => {
    const seen: Message[] = [];
    await put('users.csv', content);
    const work = (async () => {
      for await (const one of open({ users: { file: 'users.csv' } })) seen.push(one);
    })();
    expect((await failure(work)).message).toMatch(message);
    expect(seen.filter((one) => one.type === 'complete')).toEqual([]);
  });

  test('only a header is a whole, empty list', async () => {
    const messages = await readUsers('uid,title\n');
    expect(messages.map(({ type }) => type)).toEqual(['complete']);
  });

  test('R30: a file that changes while it is read is not complete', async () => {
    await put('users.csv', `uid,nickname\n${people(50_000)}\n`);
    const work = (async () => {
      for await (const message of open({ users: { file: 'users.csv' } })) {
        if (message.type === 'records') await utimes(join(root, 'users.csv'), new Date(), new Date(Date.now() + 5_000));
        if (message.type === 'complete') throw new Error('said to be complete');
      }
    })();
    expect((await failure(work)).message).toMatch(/changed while it was being read/);
  });

  test('R30: bytes that are not of the encoding end the read instead of garbling names', async () => {
    const late = Buffer.concat([
      Buffer.from(`uid,nickname\n${people(20_000)}\n`),
      Buffer.from([0x78, 0x2c, 0xd6, 0xd0]),
    ]);
    expect((await failure(readUsers(late))).message).toMatch(/users file "users\.csv" has bytes that are not utf-8/);
    const cut = iconv.encode('uid,nickname\n1,王', 'gb18030').subarray(0, -1);
    expect((await failure(readUsers(cut, { encoding: 'gb18030' }))).message).toMatch(/not gb18030/);
  });

  test('R30: a download that breaks off is not complete, a whole one is', async () => {
    const body = 'uid,title\na,x\nb,y\n';
    respond = (response) => {
      response.writeHead(200, { 'content-length': String(body.length + 10) });
      response.write(body, () => response.destroy());
    };
    expect((await failure(read({ users: { url: url() } }))).code).toBe('source_read');
    respond = (response) => response.end(body);
    expect((await read({ users: { url: url() } })).at(-1)).toMatchObject({ type: 'complete' });
  });
});

describe('csv adapter: places', () => {
  test.each([['/etc/passwd'], ['../secret.csv'], ['a/../../secret.csv'], ['link.csv'], ['linked/secret.csv'], ['..']])(
    'the file %s is refused',
    async (file) => {
      await writeFile(join(outside, 'secret.csv'), 'uid\n1\n');
      await symlink(join(outside, 'secret.csv'), join(root, 'link.csv')).catch(() => undefined);
      await symlink(outside, join(root, 'linked')).catch(() => undefined);
      expect(await failure(read({ users: { file } }))).toMatchObject({
        code: 'source_config',
        message: expect.stringMatching(/in the CSV folder of the server, without/),
      });
    },
  );

  test('a folder is no file', async () => {
    await mkdir(join(root, 'folder.csv'), { recursive: true });
    expect((await failure(read({ users: { file: 'folder.csv' } }))).message).toMatch(/is not a file/);
  });

  test('a file in a folder below the root is fine', async () => {
    await mkdir(join(root, 'hr'), { recursive: true });
    await put('hr/users.csv', 'uid\n1\n');
    expect(recordsOf(await read({ users: { file: 'hr/users.csv' } }))).toHaveLength(1);
  });

  test.each([
    [{ users: {} }],
    [{ users: { file: 'a.csv', url: 'https://example.com/a.csv' } }],
    [{ users: { file: 'a.csv' }, encoding: 'klingon' }],
    [{ users: { file: 'a.csv' }, delimiter: '#' }],
    [{ users: { url: 'ftp://example.com/a.csv' } }],
  ])('the options %j are refused', (options) => {
    expect(adapter().configSchema.safeParse(options).success).toBe(false);
  });
});

describe('csv adapter: check', () => {
  test('says which columns it understood', async () => {
    await put('users.csv', 'uid,Display Name,Kostenstelle\n1,Bob,x\n');
    expect(await check({ users: { file: 'users.csv' } })).toEqual({
      ok: true,
      hint: 'The users file "users.csv" has uid, nickname; custom fields Kostenstelle.',
    });
  });

  test('names the departments file when it is the broken one', async () => {
    await put('users.csv', 'uid\n1\n');
    await put('departments.csv', 'title\nSales\n');
    const answer = await check({ users: { file: 'users.csv' }, departments: { file: 'departments.csv' } });
    expect(answer).toMatchObject({
      ok: false,
      code: 'source_config',
      hint: expect.stringMatching(/departments\.csv.*uid/),
    });
  });

  test('plain http is refused unless it is let in', async () => {
    const strict = csvAdapter({ root });
    const config = strict.configSchema.parse({ users: { url: url() } });
    const answer = await strict.check({ sourceId: 's', config, signal: new AbortController().signal });
    expect(answer).toMatchObject({ ok: false, hint: expect.stringMatching(/https/) });
  });
});

describe('https with a CA of its own', () => {
  test("is read where the CA is named, and refused by the system's and by another CA", async () => {
    const folders = await Promise.all([1, 2].map(() => mkdtemp(join(tmpdir(), 'rollcall-ca-'))));
    const [own, other] = await Promise.all(folders.map(makeTestCertificates));
    const [cert, key] = await Promise.all([readFile(own!.certFile), readFile(own!.keyFile)]);
    const tls = createTlsServer({ cert, key }, (_, response) => response.end('uid,username\n1,ada\n'));
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
    try {
      const address = `https://localhost:${(tls.address() as AddressInfo).port}/users.csv`;
      const strict = csvAdapter({ root, egress: loopbackEgress });
      const check = (ca?: string) =>
        strict.check({
          sourceId: 's',
          config: strict.configSchema.parse({ users: { url: address, ...(ca === undefined ? {} : { ca }) } }),
          signal: new AbortController().signal,
        });
      expect(await check(own!.ca)).toMatchObject({ ok: true, hint: expect.stringContaining('uid, username') });
      expect(await check()).toMatchObject({ ok: false, hint: expect.stringMatching(/certificate/i) });
      expect(await check(other!.ca)).toMatchObject({ ok: false, hint: expect.stringMatching(/certificate/i) });
    } finally {
      tls.closeAllConnections();
      tls.close();
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
    }
  });

  test('a CA without an address is a mistake of the options', () => {
    const parsed = adapter().configSchema.safeParse({ users: { file: 'users.csv', ca: 'PEM' } });
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual(['users.ca']);
  });
});
