import { newBatch } from './new-batch.js';

test('R45: a batch is the time in UTC and six digits', () => {
  const batches = Array.from({ length: 200 }, () => newBatch(new Date('2026-03-09T23:04:05.678Z')));
  for (const batch of batches) expect(batch).toMatch(/^20260309230405\d{6}$/);
  expect(new Set(batches).size).toBeGreaterThan(150);
});
