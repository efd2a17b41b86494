import { afterEach, describe, expect, test } from '@jest/globals';
import type { Auth } from '../outbound/http-client/auth-options.js';
import { memoryRateGovernor } from '../outbound/http-client/rate-governor.js';
import { createTokenCache } from '../outbound/http-client/token-cache.js';
import { createFastClock } from '../testing/fast-clock.js';
import { type FakeHttp, type FakeRequest, startFakeHttp } from '../testing/fakes/fake-http.js';
import { csvAdapter } from '../sources/csv/csv.adapter.js';
import { httpJsonAdapter } from '../sources/http-json/http-json.adapter.js';
import type { SourceAdapter } from '../sources/source-adapter.js';

const SECRET = 's3cret/+&=%#';
const auths: readonly Exclude<Auth, { type: 'none' }>[] = [
  { type: 'basic', username: 'reader', password: SECRET },
  { type: 'bearer', token: 's3cret-token' },
  { type: 'apiKey', header: 'X-Key', key: 's3cret-key' },
  { type: 'query', name: 'api_key', value: SECRET },
];

const running: FakeHttp[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

/** Serves a list of one person, or sends the caller on. @returns its address and what it was asked */
async function serve(location?: string) {
  const asked: FakeRequest[] = [];
  const server = await startFakeHttp((request) => {
    asked.push(request);
    if (location !== undefined) return { status: 307, headers: { location }, json: {} };
    if (request.path.endsWith('.csv')) return { bytes: Buffer.from('uid,username\n1,ada\n') };
    return { json: [{ id: 1, username: 'ada' }] };
  });
  running.push(server);
  return { asked, baseUrl: server.baseUrl };
}

const clock = createFastClock();
const world = { governor: memoryRateGovernor(clock), tokens: createTokenCache(clock), clock, allowHttp: true };
const adapters = {
  csv: {
    adapter: csvAdapter({ root: '/nowhere', allowHttp: true }) as unknown as SourceAdapter,
    config: (baseUrl: string, auth: Auth): unknown => ({ users: { url: `${baseUrl}/users.csv?format=a%20b`, auth } }),
  },
  'http-json': {
    adapter: httpJsonAdapter(world) as unknown as SourceAdapter,
    config: (baseUrl: string, auth: Auth): unknown => ({
      ...{ baseUrl, auth },
      users: { path: '/users', query: { format: 'a b' }, id: 'id' },
    }),
  },
};

type Type = keyof typeof adapters;
const cases = (Object.keys(adapters) as Type[]).flatMap((type) =>
  auths.map((auth) => [type, auth.type, auth] as const),
);

async function ids(type: Type, baseUrl: string, auth: Auth): Promise<unknown[]> {
  const { adapter, config } = adapters[type];
  const request = { taskId: 't', mode: 'full', since: null, resumeFrom: null } as const;
  const context = {
    ...{ sourceId: 's', signal: new AbortController().signal },
    config: adapter.configSchema.parse(config(baseUrl, auth)),
  };
  const found: unknown[] = [];
  for await (const message of adapter.read(request, context))
    if (message.type === 'records') found.push(...message.records.map(({ externalId }) => String(externalId)));
  return found;
}

/** Where the credential stands in a request; null = nowhere. */
function credentialIn({ headers, query }: FakeRequest): string | null {
  return headers.authorization ?? (headers['x-key'] as string | undefined) ?? query.get('api_key');
}

describe('the credential of a source', () => {
  test.each(cases)('%s: %s reaches its own address, with the rest of the query', async (type, _name, auth) => {
    const { asked, baseUrl } = await serve();
    expect(await ids(type, baseUrl, auth)).toEqual(['1']);
    const expected = {
      basic: `Basic ${Buffer.from(`reader:${SECRET}`).toString('base64')}`,
      bearer: 'Bearer s3cret-token',
      apiKey: 's3cret-key',
      query: SECRET,
    }[auth.type];
    expect(asked.map(credentialIn)).toEqual([expected]);
    expect(asked.map(({ query }) => query.get('format'))).toEqual(['a b']);
  });

  test.each(cases)('%s: %s does not follow a redirect to another origin', async (type, _name, auth) => {
    const other = await serve();
    const first = await serve(other.baseUrl + (type === 'csv' ? '/users.csv' : '/users'));
    await ids(type, first.baseUrl, auth).catch(() => []);
    expect(first.asked.map(credentialIn)).toEqual([expect.any(String)]);
    expect(other.asked).toHaveLength(1);
    expect(JSON.stringify(other.asked)).not.toContain('s3cret');
    expect(other.asked.map(credentialIn)).toEqual([null]);
  });
});

test.each(auths.map((auth) => [auth.type, auth] as const))(
  'csv: a server that answers with what it was sent puts no secret into an error (%s)',
  async (_name, auth) => {
    const server = await startFakeHttp((request) => {
      const sent = `${credentialIn(request)?.replace(/[,;\t|"]/g, '')}`;
      return { bytes: Buffer.from(`name ${sent},title\n1,a\n`) };
    });
    running.push(server);
    const { adapter, config } = adapters.csv;
    const parsed = adapter.configSchema.parse(config(server.baseUrl, auth));
    const answer = await adapter.check({ sourceId: 's', config: parsed, signal: new AbortController().signal });
    expect(answer).toMatchObject({ ok: false, hint: expect.stringContaining('***') });
    expect(JSON.stringify(answer)).not.toMatch(/s3cret|cmVhZGVyOnMz/);
  },
);
