import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiHarness, startApi } from '../testing/worlds/api-harness.js';

let api: ApiHarness;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-console-'));
  api = await startApi({
    settings: { trustProxy: null, watchEveryMs: 50, secondFactor: 'optional', consoleFolder: folder },
  });
});
afterAll(async () => {
  await api.stop();
  await rm(folder, { recursive: true, force: true });
});

const open = (path: string, accept = 'text/html') => fetch(api.baseUrl + path, { headers: { accept } });

test('without a built console the API works, and says so at /', async () => {
  const answer = await open('/');
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  expect(await answer.text()).toContain('not built');
  expect((await open('/healthz')).status).toBe(200);
});

describe('with a built console', () => {
  beforeAll(async () => {
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>Rollcall</title>');
    await writeFile(join(folder, 'assets', 'index-abc.js'), 'export {};');
  });

  test.each(['/', '/sources', '/tasks/0193', '/people'])(
    '%s is its page, never kept, and runs only its own scripts',
    async (path) => {
      const answer = await open(path);
      expect(await answer.text()).toContain('<title>Rollcall</title>');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("default-src 'self'");
    },
  );

  test('its files are kept for a year: their names change with their content', async () => {
    const answer = await open('/assets/index-abc.js', '*/*');
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
  });

  test.each([
    '/api/v1/nothing',
    '/hooks/nothing',
    '/scim/v2/nothing',
    '/assets/nothing.js',
    '/assets/%2e%2e%2fpackage.json',
  ])('%s stays 404', async (path) => {
    expect((await open(path)).status).toBe(404);
  });

  test('a program that asks for JSON gets no page', async () => {
    const answer = await open('/nothing', 'application/json');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ]);
  });
});
