import type { ApiClient } from '../../../testing/worlds/api-client.js';
import { type ApiHarness, startApi } from '../../../testing/worlds/api-harness.js';

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

const scripted = { name: 'hr', type: 'scripted', config: { url: 'https://hr.example', token: 't' } };

describe('R2: the placeholders of a source', () => {
  test.each<[placeholders: unknown, path: string]>([
    [{ add: ['  '] }, 'placeholders.add.0'],
    [{ add: ['x'.repeat(65)] }, 'placeholders.add.0'],
    [{ add: [0] }, 'placeholders.add.0'],
    [{ add: Array.from({ length: 101 }, String) }, 'placeholders.add'],
    [{ remove: ['-', 'keine'] }, 'placeholders.remove.1'],
    [{ add: ['NULL'], remove: ['null'] }, 'placeholders.remove.0'],
    [['-'], 'placeholders'],
  ])('%j are refused at %s', async (placeholders, path) => {
    await admin.post('/sources', scripted);
    for (const answer of [
      await admin.post('/sources', { ...scripted, name: 'new', placeholders }),
      await admin.patch('/sources/hr', { placeholders }),
    ])
      expect([answer.status, answer.body.code, answer.body.errors[0].path]).toEqual([422, 'invalid_request', path]);
  });

  test('R2: a placeholder to remove that is not built in is answered with the list', async () => {
    const { status, body } = await admin.post('/sources', { ...scripted, placeholders: { remove: ['keine'] } });
    const { errors } = body as { readonly errors: readonly { readonly message: string }[] };
    expect([status, errors[0]?.message]).toEqual([422, expect.stringMatching(/built-in.* #n\/a .* - .* noemail@ /)]);
  });

  test('R2: placeholders are changed as a whole, and 100 of 64 characters are taken', async () => {
    await admin.post('/sources', { ...scripted, placeholders: { add: ['unknown'], remove: ['na'] } });
    const changed = await admin.patch('/sources/hr', { placeholders: { remove: [' #N/A '] } });
    expect(changed.body.placeholders).toEqual({ add: [], remove: ['#N/A'] });
    const add = Array.from({ length: 100 }, (_, at) => `${String(at).padStart(3, '0')}${'😀'.repeat(61)}`);
    expect((await admin.patch('/sources/hr', { placeholders: { add } })).body.placeholders).toEqual({
      add,
      remove: [],
    });
    expect((await admin.patch('/sources/hr', { title: 'HR' })).body.placeholders).toEqual({ add, remove: [] });
  });
});
