import { nextSync } from './source-overviews.js';

const now = new Date('2026-11-24T12:10:00Z');
const modes = ['full', 'delta'] as const;
const schedule = { enabled: true, fullCron: '30 2 * * *', deltaCron: null, timezone: 'Europe/Berlin' };

test('the next slot is meant in the time zone of the source', () => {
  expect(nextSync(schedule, now, modes)).toEqual({ at: '2026-11-25T01:30:00.000Z', mode: 'full' });
});

test('the sooner of full and delta is next, and a full sync goes first', () => {
  expect(nextSync({ ...schedule, deltaCron: '*/15 * * * *' }, now, modes)?.mode).toBe('delta');
  expect(nextSync({ ...schedule, deltaCron: schedule.fullCron }, now, modes)?.mode).toBe('full');
});

test.each([{ enabled: false }, { fullCron: null }, { fullCron: '0 0 30 2 *' }])('%j has no next slot', (change) => {
  expect(nextSync({ ...schedule, ...change }, now, modes)).toBeNull();
});

test('a mode that the adapter cannot read has no slot', () => {
  const both = { ...schedule, deltaCron: '*/15 * * * *' };
  expect(nextSync(both, now, ['full'])?.mode).toBe('full');
  expect(nextSync(both, now, [])).toBeNull();
});
