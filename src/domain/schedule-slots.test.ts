import fc from 'fast-check';
import { latestDueSlot, nextSlot } from './schedule-slots.js';

const nightly = { cron: '30 2 * * *', timezone: 'Europe/Berlin' };
const at = (text: string) => new Date(text);
const slot = (cron: string, after: string, now: string, timezone = 'UTC') =>
  latestDueSlot({ cron, timezone }, { after: at(after), now: at(now) })?.toISOString() ?? null;

test.each([
  ['is due at its very second', '2026-05-01T10:00:00Z', '2026-05-01T02:59:59Z', '2026-05-01T10:00:00.000Z'],
  ['is not due a moment before', '2026-05-01T09:59:59.999Z', '2026-05-01T02:59:59Z', null],
  ['has run when it is the last one', '2026-05-01T10:04:00Z', '2026-05-01T10:00:00Z', null],
])('a slot %s', (_, now, after, expected) => {
  expect(slot('0 10 * * *', after, now)).toBe(expected);
});

test('of several missed slots only the latest runs', () => {
  expect(slot('*/10 * * * *', '2026-05-01T02:00:00Z', '2026-05-01T09:59:00Z')).toBe('2026-05-01T09:50:00.000Z');
});

test.each([
  ['2026-05-02T09:59:00Z', '2026-05-01T10:00:00.000Z'],
  ['2026-05-02T10:00:00Z', null],
])('a missed slot runs within 24 h and not later: %s', (now, expected) => {
  // The first of the month only: the next slot is far away.
  expect(slot('0 10 1 * *', '2026-04-30T00:00:00Z', now)).toBe(expected);
});

test('slots of every minute cost no long walk', () => {
  const startedAt = performance.now();
  expect(slot('* * * * *', '2020-01-01T00:00:00Z', '2026-05-01T10:00:30.500Z')).toBe('2026-05-01T10:00:00.000Z');
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

test('Berlin 02:30 on the day that summer time begins runs once, at 03:30', () => {
  const slots = walk(nightly, '2027-03-27T12:00:00Z', '2027-03-29T12:00:00Z');
  expect(slots).toEqual(['2027-03-28T01:30:00.000Z', '2027-03-29T00:30:00.000Z']);
});

test('Berlin 02:30 on the day that summer time ends runs once', () => {
  const slots = walk(nightly, '2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z');
  expect(slots).toHaveLength(2);
  expect(slots[0]).toMatch(/^2026-10-25T0[01]:30/);
  expect(slots[1]).toBe('2026-10-26T01:30:00.000Z');
});

test.each([
  // Berlin: 02:00 → 03:00, and back at 03:00.
  ['30 2 * * *', 'Europe/Berlin', '2027-03-28', '2027-03-28T01:30:00.000Z'],
  ['30 2 * * *', 'Europe/Berlin', '2027-10-31', '2027-10-31T00:30:00.000Z'],
  // New York: 02:00 → 03:00, and back at 02:00.
  ['30 2 * * *', 'America/New_York', '2027-03-14', '2027-03-14T07:30:00.000Z'],
  ['30 1 * * *', 'America/New_York', '2027-11-07', '2027-11-07T05:30:00.000Z'],
  // Lord Howe: 02:00 → 02:30, and back at 02:00.
  ['15 2 * * *', 'Australia/Lord_Howe', '2027-10-03', '2027-10-02T15:45:00.000Z'],
  ['45 1 * * *', 'Australia/Lord_Howe', '2027-04-04', '2027-04-03T14:45:00.000Z'],
  // Santiago: 24:00 → 01:00, and back at 24:00.
  ['0 0 * * *', 'America/Santiago', '2027-09-05', '2027-09-05T04:00:00.000Z'],
  ['30 23 * * *', 'America/Santiago', '2027-04-03', '2027-04-04T02:30:00.000Z'],
])('%s %s on %s, a day on which clocks change, runs once', (cron, timezone, date, expected) => {
  const noon = Date.parse(`${date}T12:00:00Z`);
  const around = (hours: number) => new Date(noon + hours * 3_600_000).toISOString();
  const slots = walk({ cron, timezone }, around(-48), around(48));
  const local = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short' });
  expect(slots.filter((one) => local.format(new Date(one)) === date)).toEqual([expected]);
});

test.each([
  ['0 * * * *', 25],
  ['*/30 * * * *', 50],
  ['0 0-23 * * *', 24],
])('%s on a day of 25 hours runs %i times: only slots of every hour are repeated', (cron, times) => {
  const slots = walk({ cron, timezone: 'Europe/Berlin' }, '2027-10-30T21:59:00Z', '2027-10-31T22:59:00Z');
  expect(slots).toHaveLength(times);
});

test('a cron text that cannot be read is an error', () => {
  expect(() => slot('every day', '2026-05-01T00:00:00Z', '2026-05-01T01:00:00Z')).toThrow();
  expect(() => slot('0 10 * * *', '2026-05-01T00:00:00Z', '2026-05-01T01:00:00Z', 'Mars/Olympus')).toThrow();
});

describe('the next slot is the one that runs', () => {
  test.each([
    // Near clock changes; the expected values follow from the dates of the changes (IANA tzdata).
    ['30 2 * * *', 'Europe/Rome', '2027-03-28T00:10:00Z', '2027-03-28T01:30:00.000Z'],
    ['30 2 * * *', 'Europe/Rome', '2027-03-28T01:10:00Z', '2027-03-28T01:30:00.000Z'],
    ['0 3 * * *', 'Europe/Rome', '2027-03-28T00:10:00Z', '2027-03-28T01:00:00.000Z'],
    ['30 2 * * *', 'Europe/Rome', '2027-10-31T00:31:00Z', '2027-11-01T01:30:00.000Z'],
    ['0 5 * * 0', 'Australia/Lord_Howe', '2027-04-03T06:00:00Z', '2027-04-03T18:30:00.000Z'],
    ['15 2 * * *', 'Australia/Lord_Howe', '2027-10-02T15:00:00Z', '2027-10-02T15:45:00.000Z'],
    ['30 0 * * *', 'America/Santiago', '2026-09-06T04:10:00Z', '2026-09-06T04:30:00.000Z'],
    ['30 2 * * *', 'America/New_York', '2027-03-14T06:00:00Z', '2027-03-14T07:30:00.000Z'],
    ['0 * * * *', 'Europe/Berlin', '2027-10-31T00:00:00Z', '2027-10-31T01:00:00.000Z'],
    ['0 12 29 2 *', 'UTC', '2027-03-01T00:00:00Z', '2028-02-29T12:00:00.000Z'],
    ['0 0 13 * 5', 'Asia/Kolkata', '2026-11-30T00:00:00Z', '2026-12-03T18:30:00.000Z'],
    ['0 0 * * 7', 'Asia/Shanghai', '2026-11-30T00:00:00Z', '2026-12-05T16:00:00.000Z'],
  ])('%s %s after %s', (cron, timezone, after, expected) => {
    expect(nextSlot({ cron, timezone }, at(after))?.toISOString()).toBe(expected);
  });

  test('in any zone, at any minute near a clock change', () => {
    const near = fc.constantFrom(
      ...['2027-03-28T01:00Z', '2027-10-31T01:00Z', '2027-03-14T07:00Z', '2027-11-07T06:00Z', '2027-04-03T15:00Z'],
      ...['2027-10-02T15:30Z', '2027-09-05T04:00Z', '2027-04-04T03:00Z'],
    );
    const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago', 'UTC');
    const minute = fc.constantFrom('0', '15', '30', '45', '*/20', '5,35');
    const hour = fc.constantFrom('*', '0', '1', '2', '3', '*/2', '0-4', '1,2');
    const drawn = fc.record({ near, zone, minute, hour, offset: fc.integer({ min: -300, max: 300 }) });
    fc.assert(
      fc.property(drawn, ({ near: change, zone: timezone, minute: m, hour: h, offset }) => {
        const slots = { cron: `${m} ${h} * * *`, timezone };
        const after = new Date(Date.parse(change) + offset * 60_000);
        const runs = firstRun(slots, after);
        expect(nextSlot(slots, after)?.toISOString()).toBe(runs);
      }),
      { numRuns: 40 },
    );
  });
});

/** The first slot that is found when each minute is checked. */
function firstRun(slots: typeof nightly, after: Date): string | null {
  for (let minutes = 1; minutes <= 2_880; minutes += 1) {
    const now = new Date(Math.floor(after.getTime() / 60_000 + minutes) * 60_000);
    const due = latestDueSlot(slots, { after, now });
    if (due) return due.toISOString();
  }
  return null;
}

/** Checks every five minutes, and lists the slots that are found. */
function walk(slots: typeof nightly, from: string, to: string): string[] {
  const found: string[] = [];
  let after = at(from);
  for (let now = at(from); now <= at(to); now = new Date(now.getTime() + 300_000)) {
    const due = latestDueSlot(slots, { after, now });
    if (due === null) continue;
    found.push(due.toISOString());
    after = due;
  }
  return found;
}
