import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';
import { inTransaction, Prisma, repeatableRead, type Tx } from './db.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const ID = '0198a3b2-0000-7000-8000-00000000000a';

test.each([
  ['in a transaction', <T>(work: (tx: Tx) => Promise<T>) => inTransaction(database.db, work)],
  ['in a transaction that sees one moment', <T>(work: (tx: Tx) => Promise<T>) => repeatableRead(database.db, work)],
  ['outside', <T>(work: (tx: Tx) => Promise<T>) => work(database.db.prisma)],
])('%s, values come back with the types that Prisma has', async (_where, run) => {
  const moment = new Date('2026-03-29T01:30:00.123Z');
  const rows = await run(
    (tx) => tx.$queryRaw`
      SELECT ${2n ** 60n}::bigint AS big, ${[1n, null, -3n]}::bigint[] AS bigs, 7 AS int, 0.5::float8 AS float,
             ${moment}::timestamptz AS moment, ${{ a: [null, 'x'] }}::jsonb AS json, ${[ID]}::uuid[] AS ids,
             ${'{"}'} || ${null}::text AS none, count(*) AS count, decode('00ff', 'hex') AS bytes`,
  );
  const bytes: unknown = expect.objectContaining({ 0: 0, 1: 255, length: 2 });
  const json = { a: [null, 'x'] };
  const whole = { big: 2n ** 60n, bigs: [1n, null, -3n], count: 1n };
  expect(rows).toEqual([{ ...whole, int: 7, float: 0.5, moment, json, ids: [ID], none: null, bytes }]);
});

test('statements may be put together, and what they touch is counted', async () => {
  const some = Prisma.sql`generate_series(1, ${3}::int)`;
  const touched = await inTransaction(database.db, async (tx) => {
    await tx.$executeRaw`CREATE TEMPORARY TABLE numbers (number int) ON COMMIT DROP`;
    return [
      await tx.$executeRaw`INSERT INTO numbers SELECT * FROM ${some}`,
      await tx.$executeRaw(Prisma.sql`DELETE FROM numbers WHERE number > ${1}`),
    ];
  });
  expect(touched).toEqual([3, 2]);
});

test('raw statements and those of a model share the transaction: what fails takes both back', async () => {
  const failing = inTransaction(database.db, async (tx) => {
    const data = { name: 'shared', title: 'Shared', type: 'api', config: {} };
    const { id } = await tx.source.create({ data: { id: ID, ...data } });
    expect(await tx.$executeRaw`UPDATE sources SET title = 'Seen' WHERE id = ${id}::uuid`).toBe(1);
    await tx.$executeRaw`SELECT 1 / 0`;
  });
  await expect(failing).rejects.toMatchObject({ code: '22012' });
  expect(await database.db.prisma.source.count({ where: { name: 'shared' } })).toBe(0);
});

test('a statement that comes after its transaction is refused', async () => {
  const late = await inTransaction(database.db, (tx) => Promise.resolve(tx));
  await expect(late.$queryRaw`SELECT 1`).rejects.toThrow('after the end of its transaction');
  await expect(late.$executeRaw`SELECT 1`).rejects.toThrow('after the end of its transaction');
});

test('everything but raw statements is the client as it was', async () => {
  const { prisma } = database.db;
  expect(prisma.constructor).not.toBe(Object);
  expect(await prisma.source.count({ where: { name: 'missing' } })).toBe(0);
});
