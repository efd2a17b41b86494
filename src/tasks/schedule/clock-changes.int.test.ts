import { createTaskWorld, type TaskWorld } from '../../testing/worlds/task-world.js';
import { createTestDatabase, type TestDatabase } from '../../testing/servers/test-database.js';
import { queueDueTasks } from './queue-due-tasks.store.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The moments at which clocks change in 2027, by the IANA time zone database. */
const CHANGES = [
  ['Europe/Berlin', '2027-03-28T01:00:00Z', 'forward at 02:00'],
  ['Europe/Berlin', '2027-10-31T01:00:00Z', 'back at 03:00'],
  ['America/New_York', '2027-03-14T07:00:00Z', 'forward at 02:00'],
  ['America/New_York', '2027-11-07T06:00:00Z', 'back at 02:00'],
  ['Australia/Lord_Howe', '2027-04-03T15:00:00Z', 'half an hour back at 02:00'],
  ['Australia/Lord_Howe', '2027-10-02T15:30:00Z', 'half an hour forward at 02:00'],
  ['America/Santiago', '2027-04-04T03:00:00Z', 'back at 24:00'],
  ['America/Santiago', '2027-09-05T04:00:00Z', 'forward at 24:00'],
] as const;

/** Each has a time in an hour that is skipped or repeated in at least one zone. */
const CRONS = ['0 0 * * *', '45 1 * * *', '15 2 * * *', '30 2 * * *', '30 23 * * *'];

let database: TestDatabase;
let world: TaskWorld;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.reset();
  world = createTaskWorld(database.db);
});

test.each(CHANGES)(
  '%s %s: clocks go %s, and each daily schedule makes one task a local date',
  async (timezone, change) => {
    const changeAt = Date.parse(change);
    expect(offsetMinutes(changeAt - 1, timezone)).not.toBe(offsetMinutes(changeAt, timezone));
    const since = new Date(changeAt - 40 * HOUR);
    const made = { createdAt: since, updatedAt: since };
    for (const [at, fullCron] of CRONS.entries()) await world.addSource(`s${at}`, { fullCron, timezone, ...made });

    for (const now of ticks(changeAt)) await tick(now);

    const wanted = localDates(changeAt, timezone);
    for (const [at, cron] of CRONS.entries()) {
      const tasks = await database.db.prisma.syncTask.findMany({ where: { source: { name: `s${at}` } } });
      const dates = tasks.map(({ scheduledFor }) => localDate(scheduledFor!.getTime(), timezone)).sort();
      expect({ cron, dates: dates.filter((date) => wanted.includes(date)) }).toEqual({ cron, dates: wanted });
    }
  },
);

test('after two days without workers each schedule makes up for its newest slot only', async () => {
  const since = new Date('2027-03-20T00:00:00Z');
  const made = { createdAt: since, updatedAt: since };
  await world.addSource('hr', {
    fullCron: '30 2 * * *',
    deltaCron: '*/10 * * * *',
    timezone: 'Europe/Berlin',
    ...made,
  });
  for (const second of [0, 5, 10]) await tick(Date.parse('2027-03-28T12:03:00Z') + second * 1_000);
  const tasks = await database.db.prisma.syncTask.findMany({ orderBy: { mode: 'desc' } });
  expect(tasks.map(({ mode, scheduledFor }) => [mode, scheduledFor?.toISOString()])).toEqual([
    // 02:30 was skipped on that day: the slot runs at 03:30.
    ['full', '2027-03-28T01:30:00.000Z'],
    ['delta', '2027-03-28T12:00:00.000Z'],
  ]);
});

/** The scheduled work of a worker; a task that it queues ends before the next call. */
async function tick(now: number): Promise<void> {
  const rung = world.rings.length;
  await queueDueTasks(world.deps, new Date(now));
  if (world.rings.length > rung) await database.db.prisma.syncTask.updateMany({ data: { status: 'succeeded' } });
}

/** Each minute from 75 minutes before to 75 minutes after the change; each hour in the days around it. */
function* ticks(changeAt: number): Generator<number> {
  for (let now = changeAt - 36 * HOUR; now <= changeAt + 36 * HOUR;) {
    yield now;
    const isNear = Math.abs(now - changeAt) < 75 * MINUTE;
    now += isNear ? MINUTE : HOUR;
  }
}

/** The dates that are completely within the range. */
function localDates(changeAt: number, timezone: string): string[] {
  const hours = Array.from({ length: 73 }, (_, at) => localDate(changeAt + (at - 36) * HOUR, timezone));
  const dates = [...new Set(hours)];
  return dates.slice(1, -1);
}

function localDate(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at);
}

function offsetMinutes(at: number, timeZone: string): string | undefined {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(at);
  return parts.find(({ type }) => type === 'timeZoneName')?.value;
}
