import { createEngine, type Engine, type TestSource } from '../testing/worlds/engine.js';
import { syntheticUser } from '../testing/fakes/synthetic-source.js';
import { completeMessage, type ScriptedMessage } from '../testing/fakes/scripted-adapter.js';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';

/** No query per record: 2,000 more records cost a constant number of statements, unchanged records no write. */
let database: TestDatabase;
let engine: Engine;
let source: TestSource;
let statements = 0;
beforeAll(async () => {
  database = await createTestDatabase();
  countStatements();
  engine = createEngine(database.db);
});
beforeEach(async () => {
  await database.reset();
  source = await engine.addSource('big');
});
afterAll(() => database.drop());

/** Every statement of every connection of the pool, BEGIN and COMMIT included. */
function countStatements(): void {
  database.db.pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...given: unknown[]) => unknown;
    client.query = ((...given: unknown[]) => {
      statements += 1;
      return query(...given);
    }) as typeof client.query;
  });
}

const DEPARTMENTS = 40;

const departmentId = (at: number) => `d${String(at).padStart(6, '0')}`;
const departmentOf = (at: number) => ({
  externalId: departmentId(at),
  data: { title: `Department ${at}`, parentUid: at === 0 ? null : departmentId(Math.floor((at - 1) / 8)) },
});

/** A full read in messages of 1,000. */
function read(count: number, changedPercent = 0): readonly ScriptedMessage[] {
  // One department each, so that 1,000 users have 1,000 memberships: a page of both.
  const options = { users: count, departments: 1, changedPercent };
  const departments = Array.from({ length: DEPARTMENTS }, (_, at) => departmentOf(at));
  const users = Array.from({ length: count }, (_, at) => syntheticUser(at, options));
  const pages = Array.from({ length: count / 1_000 }, (_, at) => users.slice(at * 1_000, (at + 1) * 1_000));
  return [
    { type: 'records', kind: 'department', records: departments },
    completeMessage('department'),
    ...pages.map((records) => ({ type: 'records' as const, kind: 'user', records })),
    completeMessage('user'),
  ];
}

async function cost(messages: readonly ScriptedMessage[]): Promise<number> {
  source.script.full = messages;
  const before = statements;
  const { end } = await engine.sync(source);
  expect(end).toBe('succeeded');
  return statements - before;
}

test('first, unchanged and changed syncs: each 2,000 users cost the same number of statements', async () => {
  const costs: Record<string, number[]> = { first: [], unchanged: [], changed: [] };
  // Steps of a page of lines that stay in the database (PLAIN_PAGE), two pages of all others.
  for (const count of [2_000, 4_000, 6_000]) {
    await database.reset();
    source = await engine.addSource(`big-${count}`);
    costs['first']?.push(await cost(read(count)));
    costs['unchanged']?.push(await cost(read(count)));
    costs['changed']?.push(await cost(read(count, 100)));
  }
  for (const [name, [two, four, six]] of Object.entries(costs)) {
    const step = six! - four!;
    expect({ name, step }).toEqual({ name, step: four! - two! });
    // The constant is small: a page costs tens of statements, not hundreds.
    expect(step).toBeLessThan(120);
  }
});

test('10,000 unchanged users: not one row of users, departments or memberships is written', async () => {
  await cost(read(10_000));
  const before = await versions();
  await cost(read(10_000));
  expect(await versions()).toEqual(before);
  const changed = await cost(read(10_000, 1));
  expect(changed).toBeGreaterThan(0);
  expect(await versions()).not.toEqual(before);
});

/** A digest over the versions of all rows. */
async function versions(): Promise<unknown> {
  const { rows } = await database.db.pool.query(
    ['users', 'departments', 'memberships', 'known_records']
      .map(
        (table) =>
          `SELECT '${table}', count(*), md5(string_agg(xmin::text || ctid::text, ',' ORDER BY ctid)) FROM ${table}`,
      )
      .join(' UNION ALL ')
      .concat(' ORDER BY 1'),
  );
  return rows;
}
