import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../testing/servers/test-database.js';
import { databaseRateGovernor } from './database-rate-governor.store.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const { signal } = new AbortController();
const minute = (key: string, max: number) => ({ key, max, windowMs: 60_000 });

test('many workers at once get places one after the other, in all limits together', async () => {
  const workers = [databaseRateGovernor(database.db), databaseRateGovernor(database.db)];
  const rates = [minute('a', 60), { key: 'b', max: 1_000, windowMs: 1_000 }];
  const waits = await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      workers[at % 2]!.reserve(at % 3 === 0 ? rates : [...rates].reverse(), signal),
    ),
  );
  const sorted = waits.sort((one, other) => one - other);
  // 6 at once, then one every 60 s / 54.
  expect(sorted.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
  const everyMs = 60_000 / 54;
  expect(sorted[39]! / everyMs).toBeGreaterThan(32);
  expect(sorted[39]! / everyMs).toBeLessThanOrEqual(34);
});

test('a pause stops one key for everyone, and a shorter one does not end it', async () => {
  const [one, other] = [databaseRateGovernor(database.db), databaseRateGovernor(database.db)];
  await one.pause('paused', 60_000, signal);
  await other.pause('paused', 10, signal);
  expect(await other.reserve([minute('paused', 1_000)], signal)).toBeGreaterThan(55_000);
  expect(await other.reserve([minute('free', 1_000)], signal)).toBe(0);
});
