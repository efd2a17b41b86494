import { v7 as uuidv7 } from 'uuid';
import type { ApiClient } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';
import { sourceSchema } from './source-schema.js';

let api: ApiHarness;
let admin: ApiClient;

beforeAll(async () => {
  api = await startApi();
});
beforeEach(async () => {
  await api.database.reset();
  admin = await api.as('admin');
});
afterAll(() => api.stop());

const scripted = {
  name: 'hr',
  type: 'scripted',
  config: { url: 'https://hr.example', token: 's3cret-1', proxy: { host: 'p', password: 's3cret-2' } },
};
const masked = { url: 'https://hr.example', token: '********', proxy: { host: 'p', password: '********' } };

describe('making a source', () => {
  test('answers it with defaults, its secrets masked, at rest sealed', async () => {
    const made = await admin.post('/sources', scripted);
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe('/api/v1/sources/hr');
    expect(sourceSchema.parse(made.body)).toMatchObject({
      name: 'hr',
      title: 'Scripted source',
      enabled: true,
      config: masked,
      matchKeys: [],
      priority: 0,
      schedule: null,
      removal: 'deactivate',
      guard: {},
      mapping: {},
      rawLog: true,
      redact: [],
      placeholders: { add: [], remove: [] },
      lastCompleteAt: null,
    });
    const row = await api.database.db.prisma.source.findUniqueOrThrow({ where: { name: 'hr' } });
    expect(JSON.stringify(row)).not.toContain('s3cret');
    expect(api.deps.openConfig(row)).toEqual(scripted.config);
    expect(JSON.stringify((await admin.get('/audit')).body)).not.toContain('s3cret');
    expect(JSON.stringify(api.logged)).not.toContain('s3cret');
  });

  test('keeps everything that is set', async () => {
    const settings = {
      title: 'People',
      enabled: false,
      matchKeys: ['email', 'username'],
      priority: 7,
      schedule: { cron: '30 2 * * *', timezone: 'Europe/Berlin', deltaCron: '*/10 * * * *' },
      removal: 'keep',
      guard: { maxPercent: 10, maxRecords: 50, applySafeChanges: true },
      mapping: { user: { nickname: 'fullName' } },
      rawLog: false,
      redact: ['phone'],
      placeholders: { add: ['unknown', '0', 'dummy@'], remove: ['NA', '-'] },
    };
    expect((await admin.post('/sources', { ...scripted, ...settings })).body).toMatchObject(settings);
    expect((await admin.get('/sources/hr')).body).toMatchObject(settings);
  });

  test.each([
    ['name', { name: 'HR' }, 'invalid_request', 'name'],
    ['name', { name: 'a'.repeat(64) }, 'invalid_request', 'name'],
    ['type', { type: 'carrier-pigeon' }, 'unknown_source_type', 'type'],
    ['config', { config: { ...scripted.config, url: 'http://plain' } }, 'invalid_config', 'config.url'],
    ['config', { config: { url: 'https://x' } }, 'invalid_config', 'config.token'],
    ['config', { config: { ...scripted.config, tokn: 's3cret' } }, 'invalid_config', 'config.tokn'],
    ['config', { config: { ...scripted.config, token: '********' } }, 'invalid_config', 'config.token'],
    ['cron', { schedule: { cron: 'every night', timezone: 'UTC' } }, 'invalid_request', 'schedule.cron'],
    ['cron', { schedule: { cron: '61 * * * *' } }, 'invalid_request', 'schedule.cron'],
    ['cron', { schedule: { cron: '* * * * * *' } }, 'invalid_request', 'schedule.cron'],
    ['timezone', { schedule: { cron: '0 2 * * *', timezone: 'Mars/Olympus' } }, 'invalid_request', 'schedule.timezone'],
    ['match key', { matchKeys: ['email', 'shoeSize'] }, 'invalid_request', 'matchKeys.1'],
    ['match key', { matchKeys: ['email', 'email'] }, 'invalid_request', 'matchKeys.1'],
    ['removal', { removal: 'burn' }, 'invalid_request', 'removal'],
    ['guard', { guard: { maxPercent: 101 } }, 'invalid_request', 'guard.maxPercent'],
    ['guard', { guard: { maxRecords: -1 } }, 'invalid_request', 'guard.maxRecords'],
    ['mapping', { mapping: { robot: { a: 'b' } } }, 'invalid_request', 'mapping.robot'],
    ['mapping', { mapping: { user: { nickname: 7 } } }, 'invalid_request', 'mapping.user.nickname'],
  ])('refuses a bad %s: %j', async (_what, wrong, code, path) => {
    const answer = await admin.post('/sources', { ...scripted, ...wrong });
    expect([answer.status, answer.body.code, answer.body.errors[0].path]).toEqual([422, code, path]);
    expect(JSON.stringify(answer.body)).not.toContain('s3cret');
    expect((await admin.get('/sources/hr')).status).toBe(404);
  });

  test('refuses a name that is taken, also of two at once', async () => {
    const both = await Promise.all([admin.post('/sources', scripted), admin.post('/sources', scripted)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(both.find(({ status }) => status === 409)!.body.code).toBe('source_exists');
  });
});

describe('references', () => {
  const token = { $env: 'SOURCE_SECRET_TOKEN' };
  const referring = { ...scripted, config: { url: 'https://hr.example', token } };

  test('are shown, stay when the secret is sent back masked, and are followed by a check', async () => {
    expect((await admin.post('/sources', referring)).body.config).toEqual(referring.config);
    const changed = await admin.patch('/sources/hr', { config: { url: 'https://HR.example/', token: '********' } });
    expect(changed.body.config).toEqual({ url: 'https://HR.example/', token });
    const seen: unknown[] = [];
    api.check = (config) => {
      seen.push(config);
      return Promise.resolve({ ok: true });
    };
    await admin.post('/sources/hr/check');
    expect(seen).toEqual([{ url: 'https://HR.example/', token: 'from-a-variable' }]);
    const moved = await admin.patch('/sources/hr', { config: { url: 'https://new.example', token: '********' } });
    expect([moved.status, moved.body.code]).toEqual([422, 'secret_required']);
    await admin.patch('/sources/hr', { config: { url: 'https://hr.example', token: { $env: 'SOURCE_SECRET_GONE' } } });
    const { body } = await admin.post('/sources/hr/check');
    expect(body).toMatchObject({
      ok: false,
      code: 'secret_reference',
      hint: expect.stringContaining('SOURCE_SECRET_GONE'),
    });
  });

  test.each([
    ['to a variable that is not for sources', { token: { $env: 'DATABASE_URL' } }, 'config.token', /may not refer/],
    ['to a file where there is no folder', { token: { $file: 'a' } }, 'config.token', /SOURCE_SECRETS_DIR/],
    ['that leads out', { token: { $file: '../a' } }, 'config.token', /path in/],
    ['with more in it', { token: { ...token, and: 1 } }, 'config.token', /must be exactly/],
    ['in an option that is not secret', { url: token }, 'config.url', /Only a secret/],
    ['deep in an option that is not secret', { proxy: { host: token } }, 'config.proxy.host', /Only a secret/],
  ])('%s are refused', async (_what, config, path, message) => {
    const answer = await admin.post('/sources', { ...scripted, config: { ...scripted.config, ...config } });
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid_config']);
    expect(answer.body.errors[0]).toEqual({ path, message: expect.stringMatching(message) });
  });
});

describe('changing a source', () => {
  test('a secret that is sent back masked stays, another one replaces it, a left-out one goes', async () => {
    await admin.post('/sources', scripted);
    const open = async () =>
      api.deps.openConfig(await api.database.db.prisma.source.findUniqueOrThrow({ where: { name: 'hr' } }));
    const changed = await admin.patch('/sources/hr', { config: { ...masked, note: 'the HR system' } });
    expect(changed.body.config).toEqual({ ...masked, note: 'the HR system' });
    expect(await open()).toEqual({ ...scripted.config, note: 'the HR system' });
    await admin.patch('/sources/hr', { config: { ...masked, token: 's3cret-3', proxy: { host: 'p' } } });
    expect(await open()).toEqual({ url: 'https://hr.example', token: 's3cret-3', proxy: { host: 'p' } });
  });

  test('a stored secret never goes to an address that it was not given for', async () => {
    await admin.post('/sources', scripted);
    const before = (await admin.get('/sources/hr')).body as object;
    const asked: unknown[] = [];
    api.check = (config) => {
      asked.push(config);
      return Promise.resolve({ ok: true });
    };
    const moved = [
      [{ ...masked, url: 'https://attacker.example' }, ['config.token', 'config.proxy.password']],
      [{ ...masked, url: 'https://attacker.example', token: 'new' }, ['config.proxy.password']],
      [{ ...masked, proxy: { host: 'attacker', password: '********' } }, ['config.token', 'config.proxy.password']],
      [{ url: masked.url, token: '********' }, ['config.token']],
    ] as const;
    for (const [config, paths] of moved) {
      const answers = [
        await admin.patch('/sources/hr', { config }),
        await admin.post('/source-types/scripted/check', { config, source: 'hr' }),
      ];
      for (const { status, body } of answers) {
        const errors = body.errors as { readonly path: string }[];
        expect([status, body.code, errors.map(({ path }) => path)]).toEqual([422, 'secret_required', paths]);
        expect(JSON.stringify(body)).not.toMatch(/s3cret|attacker/);
      }
    }
    expect(asked).toEqual([]);
    expect((await admin.get('/sources/hr')).body).toEqual(before);

    // The same requests with the secrets themselves, and with the address left alone, pass.
    const given = { ...scripted.config, url: 'https://new.example' };
    const tried = await admin.post('/source-types/scripted/check', { config: masked, source: 'hr' });
    expect([tried.status, asked]).toEqual([200, [scripted.config]]);
    expect((await admin.patch('/sources/hr', { config: given })).status).toBe(200);
  });

  test.each(['********x', ' ********', 'my-********', '***', '•••••', '●●●●●●●●'])(
    'a secret that only holds the mask is refused: %j',
    async (token) => {
      await admin.post('/sources', scripted);
      const answers = [
        await admin.patch('/sources/hr', { config: { ...masked, token } }),
        await admin.post('/source-types/scripted/check', { config: { ...masked, token }, source: 'hr' }),
        await admin.post('/sources', { ...scripted, name: 'new', config: { ...scripted.config, token } }),
      ];
      for (const { status, body } of answers) {
        expect([status, body.code, body.errors]).toEqual([
          422,
          'invalid_config',
          [{ path: 'config.token', message: expect.stringMatching(/mask .* keep the stored one/) }],
        ]);
      }
    },
  );

  test('touches only what is given', async () => {
    const before = (await admin.post('/sources', { ...scripted, priority: 3 })).body as object;
    const after = (await admin.patch('/sources/hr', { enabled: false })).body as object;
    expect(after).toEqual({ ...before, enabled: false, updatedAt: (after as { updatedAt: string }).updatedAt });
    expect((await admin.patch('/sources/hr', { schedule: { cron: '0 3 * * *' } })).body.schedule).toEqual({
      cron: '0 3 * * *',
      timezone: 'UTC',
      deltaCron: null,
    });
    expect((await admin.patch('/sources/hr', { schedule: null })).body.schedule).toBeNull();
  });

  test('refuses name, type and bad options', async () => {
    await admin.post('/sources', scripted);
    expect((await admin.patch('/sources/hr', { name: 'other' })).body.code).toBe('invalid_request');
    expect((await admin.patch('/sources/hr', { type: 'push' })).body.code).toBe('invalid_request');
    expect((await admin.patch('/sources/hr', { config: { url: 1 } })).body.code).toBe('invalid_config');
    expect((await admin.patch('/sources/hr', { matchKeys: ['id'] })).body.code).toBe('invalid_request');
    expect((await admin.patch('/sources/missing', { enabled: true })).body.code).toBe('source_not_found');
  });

  test('writes down which fields changed', async () => {
    await admin.post('/sources', scripted);
    await admin.patch('/sources/hr', { config: masked, enabled: false });
    const [entry] = (await admin.get('/audit')).body.items as [Record<string, unknown>];
    expect(entry).toMatchObject({
      action: 'source.change',
      objectType: 'source',
      detail: { name: 'hr', fields: ['config', 'enabled'] },
    });
    expect(entry['actor']).toMatch(/^key:[0-9a-f-]{36}$/);
  });
});

test('lists go by name, page by page', async () => {
  for (const name of ['c', 'a', 'b']) await admin.post('/sources', { name, type: 'push' });
  const first = await admin.get('/sources?limit=2');
  const second = await admin.get(`/sources?limit=2&cursor=${first.body.nextCursor}`);
  const names = [...first.body.items, ...second.body.items].map((one: { name: string }) => one.name);
  expect(names).toEqual(['a', 'api', 'b', 'c']);
  expect(second.body.nextCursor).toBeNull();
});

test('source types come with JSON Schemas whose secrets are only written', async () => {
  const { items } = (await admin.get('/source-types')).body as { items: { type: string; configSchema: object }[] };
  expect(items.map(({ type }) => type)).toEqual(['push', 'scripted']);
  expect(items[1]).toMatchObject({
    title: 'Scripted source',
    capabilities: { kinds: ['user', 'department'], modes: ['full', 'delta'], resumable: false },
    configSchema: {
      type: 'object',
      required: ['url', 'token'],
      properties: {
        token: { type: 'string', writeOnly: true },
        proxy: { properties: { password: { type: 'string', writeOnly: true } } },
      },
    },
  });
});

describe('trying a source out', () => {
  beforeEach(() => admin.post('/sources', scripted));

  test('hands the adapter its options in clear and answers what it says', async () => {
    let seen: unknown;
    api.check = (config) => {
      seen = config;
      return Promise.resolve({ ok: false, code: 'source_auth', hint: 'Grant the right "read members".' });
    };
    const answer = await admin.post('/sources/hr/check');
    expect([answer.status, answer.body]).toEqual([
      200,
      { ok: false, code: 'source_auth', hint: 'Grant the right "read members".' },
    ]);
    expect(seen).toEqual(scripted.config);
  });

  test('an adapter that throws is an answer without its insides', async () => {
    api.check = () => Promise.reject(new Error('s3cret insides'));
    const { status, body } = await admin.post('/sources/hr/check');
    expect([status, body.ok, body.code]).toEqual([200, false, 'internal_error']);
    expect(JSON.stringify(body)).not.toContain('s3cret');
  });

  test('secrets that no longer open say what to do', async () => {
    await api.database.db.prisma.source.update({
      where: { name: 'hr' },
      data: { config: { url: 'https://x', token: 'sealed:v2:1:AAAA' }, dataKey: 'wrapped:v1:1:gone:AAAA' },
    });
    expect((await admin.post('/sources/hr/check')).body).toMatchObject({ ok: false, code: 'secret_key_missing' });
    await api.database.db.prisma.source.update({
      where: { name: 'hr' },
      data: { dataKey: null },
    });
    expect((await admin.post('/sources/hr/check')).body).toMatchObject({ ok: false, code: 'source_config' });
  });
});

describe('deleting a source', () => {
  /** A source that links one user of its own, one shared with `other`, a protected one, and a small tree. */
  async function fill(removal: string) {
    const { prisma } = api.database.db;
    await admin.post('/sources', { ...scripted, removal });
    await admin.post('/sources', { name: 'other', type: 'push' });
    const [hr, other] = await Promise.all(
      ['hr', 'other'].map((name) => prisma.source.findUniqueOrThrow({ where: { name } })),
    );
    const [own, shared, safe, top, child, foreign] = [uuidv7(), uuidv7(), uuidv7(), uuidv7(), uuidv7(), uuidv7()];
    await prisma.department.createMany({
      data: [
        { id: top, title: 'Top', path: [top], isLeaf: false },
        { id: child, title: 'Child', parentId: top, path: [top, child], isLeaf: false },
        { id: foreign, title: 'Foreign', parentId: child, path: [top, child, foreign] },
      ],
    });
    await prisma.user.createMany({
      data: [
        { id: own, username: 'own', usernameKey: 'own', mainDepartmentId: top },
        { id: shared, username: 'shared', usernameKey: 'shared', mainDepartmentId: top },
        { id: safe, username: 'safe', usernameKey: 'safe', protected: true },
      ],
    });
    await prisma.membership.createMany({
      data: [
        { id: uuidv7(), userId: own, departmentId: top, sourceId: hr!.id },
        { id: uuidv7(), userId: own, departmentId: top, sourceId: null },
        { id: uuidv7(), userId: shared, departmentId: top, sourceId: hr!.id },
        { id: uuidv7(), userId: shared, departmentId: foreign, sourceId: other!.id },
      ],
    });
    const known = (sourceId: string, kind: string, targetId: string) => ({
      sourceId,
      kind,
      targetId,
      externalId: targetId,
      hash: new Uint8Array([1]),
      data: {},
      taskId: uuidv7(),
    });
    await prisma.knownRecord.createMany({
      data: [
        ...[own, shared, safe].map((id) => known(hr!.id, 'user', id)),
        ...[top, child].map((id) => known(hr!.id, 'department', id)),
        known(other!.id, 'user', shared),
        known(other!.id, 'department', foreign),
      ],
    });
    return { own, shared, safe, top, child, foreign };
  }
  const read = async (path: string) => (await admin.get(path)).body as Record<string, unknown>;

  test('requires its name as a confirmation', async () => {
    await admin.post('/sources', scripted);
    for (const query of ['', '?confirm=', '?confirm=api'])
      expect((await admin.delete(`/sources/hr${query}`)).body.code).toBe('confirm_required');
    expect((await admin.get('/sources/hr')).status).toBe(200);
    expect((await admin.delete('/sources/hr?confirm=hr')).status).toBe(204);
    expect((await admin.get('/sources/hr')).status).toBe(404);
  });

  test('is refused while a task is at work', async () => {
    await admin.post('/sources', scripted);
    const { id } = (await admin.post('/sources/hr/sync')).body as { id: string };
    await api.database.db.prisma.syncTask.update({ where: { id }, data: { status: 'pulling' } });
    const answer = await admin.delete('/sources/hr?confirm=hr');
    expect([answer.status, answer.body.code]).toEqual([409, 'source_busy']);
  });

  test('R22: without more words, everything that it made stays, memberships as if by hand', async () => {
    const { own, shared, top } = await fill('delete');
    expect((await admin.delete('/sources/hr?confirm=hr')).status).toBe(204);
    expect(await read(`/users/${own}`)).toMatchObject({
      active: true,
      links: [],
      departments: [{ id: top, source: null, isMain: true }],
    });
    expect(await read(`/users/${shared}`)).toMatchObject({ active: true, links: [{ source: 'other' }] });
    expect(await read(`/departments/${top}`)).toMatchObject({ links: [], removedAt: null });
  });
});
