import { afterEach, describe, expect, test } from '@jest/globals';
import { ShutdownError, SourceConfigError, SyncError } from '../../domain/errors.js';
import { createFastClock } from '../../testing/fast-clock.js';
import { type FakeAnswer, type FakeHttp, type FakeRequest, startFakeHttp } from '../../testing/fakes/fake-http.js';
import { createJsonClient, type JsonClient, type JsonClientOptions, type JsonWorld } from './json-client.js';
import type { AnswerVerdict, JsonAnswer, TokenSource } from './json-call.js';
import { memoryRateGovernor } from './rate-governor.js';
import { createTokenCache } from './token-cache.js';

const open: { server?: FakeHttp; clients: JsonClient[] } = { clients: [] };
afterEach(async () => {
  await Promise.all(open.clients.splice(0).map((client) => client.close()));
  await open.server?.stop();
});

const SECRET = 'app-secret-9876';

/** A suite in small: 200 with an error inside, tokens in the query. */
async function suite(answer: (request: FakeRequest, calls: number) => FakeAnswer) {
  const clock = createFastClock();
  const world: JsonWorld = {
    governor: memoryRateGovernor(clock),
    tokens: createTokenCache(clock),
    clock,
    allowHttp: true,
  };
  const seen: FakeRequest[] = [];
  const server = await startFakeHttp((request) => {
    seen.push(request);
    return answer(request, seen.length);
  });
  open.server = server;
  const client = (more: Partial<JsonClientOptions> = {}): JsonClient => {
    const made = createJsonClient(world, {
      ...{ provider: 'test', baseUrl: server.baseUrl, credential: SECRET, secrets: [SECRET] },
      ...{ signal: new AbortController().signal, classify, token: tokenSource },
      ...more,
    });
    open.clients.push(made);
    return made;
  };
  const count = (path: string) => seen.filter((request) => request.path === path).length;
  return { clock, world, seen, client, count };
}

const tokenSource: TokenSource = {
  credential: SECRET,
  async fetch(ask) {
    const { body } = await ask({ api: 'token', path: '/token', query: { secret: SECRET } });
    return { token: (body as { token: string }).token, expiresInMs: 7_200_000 };
  },
  put: (call, token) => ({ ...call, query: { ...call.query, access_token: token } }),
};

function classify({ body }: JsonAnswer): AnswerVerdict | null {
  const { code = 0, message = '' } = (body ?? {}) as { code?: number; message?: string };
  if (code === 0) return null;
  if (code === 42001) return { is: 'token_expired' };
  if (code === 45009) return { is: 'rate_limited', afterMs: 60_000 };
  if (code === -1) return { is: 'busy', message: `busy: ${message}` };
  return { is: 'failed', error: new SourceConfigError(`code ${code}: ${message}`) };
}

const json = (value: unknown, status = 200): FakeAnswer => ({ json: value, status });
const tokens = (request: FakeRequest, calls: number): FakeAnswer | null =>
  request.path === '/token' ? json({ token: `token-number-${calls}` }) : null;
const call = { api: 'list', path: '/list' };

async function failure(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => new Error('It did not fail.'),
    (error: unknown) => error as Error,
  );
}

describe('tokens', () => {
  test('many calls at once fetch one token, and two clients of a process share it', async () => {
    const { client, count } = await suite((request, calls) => tokens(request, calls) ?? json({ ok: true }));
    const [one, other] = [client(), client()];
    await Promise.all(Array.from({ length: 10 }, (_, at) => (at % 2 ? one : other).call(call)));
    expect(count('/token')).toBe(1);
    expect(count('/list')).toBe(10);
  });

  test('two secrets of the same system have two tokens', async () => {
    const { client, count } = await suite((request, calls) => tokens(request, calls) ?? json({ ok: true }));
    await client().call(call);
    await client({ token: { ...tokenSource, credential: 'another-secret' } }).call(call);
    expect(count('/token')).toBe(2);
  });

  test('a token killed in its life is replaced once, for all that were refused, and their calls made again', async () => {
    let good = '';
    const { client, count } = await suite((request, calls) => {
      const issued = tokens(request, calls);
      if (issued) good = `token-number-${calls}`;
      return issued ?? (request.query.get('access_token') === good ? json({ ok: true }) : json({ code: 42001 }));
    });
    const asking = client();
    await asking.call(call);
    good = 'killed';
    await Promise.all([asking.call(call), asking.call(call), asking.call(call)]);
    expect(count('/token')).toBe(2);
  });

  test('a token that is refused twice is an admin’s matter', async () => {
    const { client, count } = await suite((request, calls) => tokens(request, calls) ?? json({ code: 42001 }));
    expect(await failure(client().call(call))).toMatchObject({ code: 'source_auth' });
    expect(count('/token')).toBe(2);
  });

  test('a token is renewed before it ends', async () => {
    const { client, count, clock } = await suite((request, calls) => tokens(request, calls) ?? json({ ok: true }));
    const asking = client();
    await asking.call(call);
    clock.pass(7_200_000 - 5 * 60_000 - 1);
    await asking.call(call);
    expect(count('/token')).toBe(1);
    clock.pass(2);
    await asking.call(call);
    expect(count('/token')).toBe(2);
  });

  test('one caller’s end does not end the wait of the others for the same token', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { client, world } = await suite(() => json({ ok: true }));
    const slow: TokenSource = {
      ...tokenSource,
      fetch: async () => {
        await held;
        return { token: 'slow-token', expiresInMs: 7_200_000 };
      },
    };
    const stop = new AbortController();
    const first = failure(client({ token: slow, signal: stop.signal }).call(call));
    const second = client({ token: slow }).call(call);
    stop.abort(new ShutdownError());
    expect(await first).toBe(stop.signal.reason);
    release();
    expect((await second).status).toBe(200);
    expect(world.tokens).toBeDefined();
  });
});

describe('trying again', () => {
  test('R42: "too many" pauses everyone with the same credential for as long as the system says', async () => {
    let refuse = true;
    const { client, clock, count } = await suite((request, calls) => {
      const issued = tokens(request, calls);
      if (issued) return issued;
      const answer = refuse ? json({ code: 45009 }) : json({ ok: true });
      refuse = false;
      return answer;
    });
    const begin = clock.now();
    await client().call(call);
    expect(clock.now() - begin).toBeGreaterThanOrEqual(60_000);
    expect(count('/list')).toBe(2);
  });

  test.each([
    [429, { 'retry-after': '7' }, 7_000],
    [503, { 'retry-after': '9' }, 9_000],
  ])('status %i with Retry-After is waited for', async (status, headers, waitMs) => {
    let answers = 0;
    const { client, clock } = await suite(() => (answers++ === 0 ? { json: {}, status, headers } : json({ ok: true })));
    const begin = clock.now();
    await client({ token: undefined }).call(call);
    expect(clock.now() - begin).toBeGreaterThanOrEqual(waitMs);
  });

  test('R42: a wait of more than five minutes ends the read with the time to come back', async () => {
    const { client } = await suite(() => ({ json: {}, status: 429, headers: { 'retry-after': '3600' } }));
    const error = await failure(client({ token: undefined }).call(call));
    expect(error).toMatchObject({ code: 'source_rate_limited', advice: { retry: true, afterMs: 3_600_000 } });
  });

  test.each([
    ['busy', json({ code: -1 })],
    ['a broken gateway', json({}, 502)],
    ['a connection cut in the middle', 'cut' as const],
  ])('%s is tried again three times and no more', async (_, trouble) => {
    let answers = 0;
    const { client, count } = await suite(() => (answers++ < 3 ? trouble : json({ ok: true })));
    const asking = client({ token: undefined });
    await asking.call(call);
    expect(count('/list')).toBe(4);
    answers = -10;
    expect(await failure(asking.call(call))).toMatchObject({ code: 'source_unavailable' });
    expect(count('/list')).toBe(8);
  });
});

describe('limits', () => {
  test('calls of two clients together stay below the limit in every window', async () => {
    const times: number[] = [];
    const { client, clock } = await suite(() => {
      times.push(clock.now());
      return json({ ok: true });
    });
    const rates = () => [{ key: 'list', max: 20, windowMs: 60_000 }];
    const clients = [client({ token: undefined, rates }), client({ token: undefined, rates })];
    await Promise.all(clients.map(async (one) => repeat(30, () => one.call(call))));
    expect(times).toHaveLength(60);
    const most = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length));
    expect(most).toBeLessThanOrEqual(20);
    expect(times.at(-1)! - times[0]!).toBeLessThan(4 * 60_000);
  });

  test('R43: an abort ends a wait at once, with its reason', async () => {
    const { world } = await suite(() => json({ ok: true }));
    const stop = new AbortController();
    const stuck = { ...world, clock: { now: () => 0, sleep: (_: number, signal: AbortSignal) => never(signal) } };
    const asking = createJsonClient(stuck, {
      ...{ provider: 'test', baseUrl: 'http://127.0.0.1:1', credential: 'x', signal: stop.signal },
      rates: () => [{ key: 'x', max: 1, windowMs: 1_000 }],
    });
    open.clients.push(asking);
    await world.governor.reserve([], stop.signal);
    const first = failure(repeat(3, () => asking.call(call)));
    stop.abort(new ShutdownError());
    expect(await first).toBe(stop.signal.reason);
  });
});

describe('what may be said', () => {
  test('no error holds a token or a secret that the system echoed', async () => {
    const { client } = await suite((request, calls) => {
      const token = request.query.get('access_token') ?? '';
      const message = `bad ${token} and ${SECRET} at /x?corpsecret=${SECRET}&access_token=${token}&id=1`;
      return tokens(request, calls) ?? json({ code: 7, message });
    });
    const error = await failure(client().call(call));
    expect(error).toBeInstanceOf(SyncError);
    expect(error.message).toBe('code 7: bad *** and *** at /x?corpsecret=***&access_token=***&id=1');
  });

  test('nor does that of a system that stays busy', async () => {
    const { client } = await suite(() => json({ code: -1, message: JSON.stringify({ asked: SECRET }) }));
    const error = await failure(client({ token: undefined }).call(call));
    expect(error.message).toBe('busy: {"asked":"***"}');
  });

  test.each([
    [401, 'source_auth'],
    [403, 'source_auth'],
    [404, 'source_config'],
  ])('status %i is %s where the adapter does not know better', async (status, code) => {
    const { client } = await suite(() => json({}, status));
    expect(await failure(client({ token: undefined }).call(call))).toMatchObject({ code });
  });

  test('an answer over the cap is refused, and so is an address on another host', async () => {
    const { client } = await suite(() => json({ text: 'x'.repeat(2_000) }));
    const asking = client({ token: undefined, maxBytes: 1_000 });
    expect(await failure(asking.call(call))).toMatchObject({
      message: expect.stringMatching(/more than the allowed 1000 bytes/),
    });
    const away = { api: 'list', path: 'https://example.com/list' };
    expect(await failure(asking.call(away))).toMatchObject({ message: expect.stringMatching(/on another host/) });
  });

  test('ids beyond 2^53 keep every digit', async () => {
    const bytes = Buffer.from('{"id":9007199254740993,"text":"9007199254740993 \\"1234567890123456789","n":12}');
    const { client } = await suite(() => ({ bytes }));
    const { body } = await client({ token: undefined }).call(call);
    expect(body).toEqual({ id: '9007199254740993', text: '9007199254740993 "1234567890123456789', n: 12 });
  });
});

async function repeat(times: number, work: () => Promise<unknown>): Promise<void> {
  for (let count = 0; count < times; count += 1) await work();
}

function never(signal: AbortSignal): Promise<void> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
}
