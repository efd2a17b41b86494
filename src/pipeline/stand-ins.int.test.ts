import { createEngine, type Engine, type TestSource } from '../testing/worlds/engine.js';
import { departmentsOf, problemsOf, usersOf } from '../testing/look.js';
import { completeMessage } from '../testing/fakes/scripted-adapter.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';
import type { SourceRecord } from '../domain/record.js';

let database: TestDatabase;
let engine: Engine;
let source: TestSource;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = createEngine(database.db);
  source = await engine.addSource('suite');
});
afterAll(() => database.drop());

async function read(record: Omit<SourceRecord, 'externalId'>) {
  const records = [{ externalId: 'u1', ...record }];
  source.script.full = [{ type: 'records', kind: 'user', records }, completeMessage('user')];
  return engine.sync(source);
}
const user = async () => (await usersOf(database.db, source))['u1'];

test('R3, R7: a stand-in counts where nothing is known; what is known stays until the source shows the field again', async () => {
  await read({ data: { username: 'id-1', title: 'A' }, standIns: ['username'] });
  expect(await user()).toMatchObject({ username: 'id-1', title: 'A' });
  await read({ data: { username: 'E7', title: 'A' } });
  expect(await user()).toMatchObject({ username: 'E7' });
  await read({ data: { username: 'id-1', title: 'B' }, standIns: ['username'] });
  expect(await user()).toMatchObject({ username: 'E7', title: 'B' });
  await read({ data: { username: 'E8', title: 'B' } });
  expect(await user()).toMatchObject({ username: 'E8' });
});

test('R7: a field that the adapter names as odd keeps what is known, and the task is partial', async () => {
  await read({ data: { username: 'ann', email: 'ann@x.example', active: true, title: 'A' } });
  const problems = [
    { field: 'active', code: 'unknown_value', message: 'status: 9' },
    { field: 'email', code: 'wrong_type', message: 'email: must be a text' },
  ];
  const { end, taskId } = await read({ data: { username: 'ann', title: 'B' }, problems });
  expect(end).toBe('partial');
  expect(await problemsOf(database.db, taskId)).toEqual([
    'user/u1 update: active unknown_value',
    'user/u1 update: email wrong_type',
  ]);
  expect(await user()).toMatchObject({ email: 'ann@x.example', active: true, title: 'B' });
});

test('R7: a stand-in beside an odd field changes nothing that is known, however often the record is read', async () => {
  await read({ data: { username: 'E7', title: 'A' } });
  const problems = [{ field: 'email', code: 'wrong_type', message: 'email: must be a text' }];
  for (let time = 0; time < 3; time += 1) {
    await read({ data: { username: 'id-1', title: 'A' }, standIns: ['username'], problems });
    expect(await user()).toMatchObject({ username: 'E7' });
  }
});

test('R7: a field that is not shown is named for as long as its stand-in is what is known', async () => {
  const problems = [{ field: 'title', code: 'not_shown', message: 'name: is not shown' }];
  const department = (record: Omit<SourceRecord, 'externalId'>) => {
    const records = [{ externalId: '5', ...record }];
    source.script.full = [{ type: 'records', kind: 'department', records }, completeMessage('department')];
    return engine.sync(source);
  };
  const shown = { data: { title: 'Sales' } };
  const hidden = { data: { title: '5' }, standIns: ['title'], problems };
  const said = async (record: Omit<SourceRecord, 'externalId'>) => {
    const { taskId } = await department(record);
    return [await problemsOf(database.db, taskId), (await departmentsOf(database.db, source))['5']?.title];
  };
  expect(await said(hidden)).toEqual([['department/5 create: title not_shown'], '5']);
  expect(await said(hidden)).toEqual([[expect.stringMatching(/^department\/5 \w+: title not_shown$/)], '5']);
  expect(await said(shown)).toEqual([[], 'Sales']);
  for (let time = 0; time < 2; time += 1) expect(await said(hidden)).toEqual([[], 'Sales']);
});
