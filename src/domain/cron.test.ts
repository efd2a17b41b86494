import { CronExpressionParser } from 'cron-parser';
import fc from 'fast-check';
import { readCron } from './cron.js';

const cause = (text: string) => {
  const verdict = readCron(text);
  return verdict.ok ? null : verdict.message;
};

test.each([
  ['30 2 * * *', '30 2 * * *'],
  ['  30\t2  * * * ', '30 2 * * *'],
  ['00 07 * * MON-FRI', '00 07 * * mon-fri'],
  ['*/15 * * * *', '*/15 * * * *'],
  ['0-59/15 8-18/2 * * 1-5', '0-59/15 8-18/2 * * 1-5'],
  ['0,30 0,12 1,15 Jan,jul *', '0,30 0,12 1,15 jan,jul *'],
  ['0 0 * * 7', '0 0 * * 7'],
  ['0 0 29 2 *', '0 0 29 2 *'],
  ['0 0 31 * *', '0 0 31 * *'],
  ['0 0 13 * 5', '0 0 13 * 5'],
  ['0 0 30 2 1', '0 0 30 2 1'],
  ['0,0 1-3,2 * * 0,7', '0,0 1-3,2 * * 0,7'],
])('%j is a schedule', (text, cron) => {
  expect(readCron(text)).toMatchObject({ ok: true, cron });
});

test.each([
  // Jenkins
  ['H 2 * * *', /Field 1 \(minute\): "H" is not supported/],
  ['H/15 * * * *', /"H\/15" is not supported/],
  ['H(0-29) 1 * * *', /is not supported/],
  // Quartz, Spring
  ['0 0 L * *', /Field 3 \(day of month\): "L" is not supported/],
  ['0 0 * * 5L', /"5L" is not supported/],
  ['0 0 15W * *', /"15W" is not supported/],
  ['0 0 * * 1#2', /"1#2" is not supported/],
  ['0 0 ? * MON', /"\?" is not supported/],
  ['0 30 2 * * *', /Five fields are required .* this has 6/],
  ['0 30 2 * * ? 2027', /this has 7/],
  // robfig/cron, systemd
  ['@every 5m', /"@every 5m" is not supported/],
  ['@daily', /Write "0 0 \* \* \*" instead of "@daily"/],
  ['@reboot', /not supported/],
  ['CRON_TZ=UTC 0 2 * * *', /this has 6/],
  // Forms that programs interpret differently
  ['5/15 * * * *', /step without a range. Write "5-59\/15"/],
  ['0 22-2 * * *', /goes backwards. Write two ranges, such as "22-23,0-2"/],
  ['0 0 * * FRI-MON', /goes backwards/],
  ['0 0 */2 * 1', /interpret .* differently/],
  ['*/90 * * * *', /step of "\*\/90" must be between 1 and 59/],
  ['*/0 * * * *', /step of "\*\/0"/],
  ['0 0 * * *-5', /not supported/],
  ['0 *,5 * * *', /Write \* alone/],
  // Values that do not exist
  ['60 * * * *', /60 is not between 0 and 59/],
  ['0 24 * * *', /24 is not between 0 and 23/],
  ['0 0 0 * *', /0 is not between 1 and 31/],
  ['0 0 * 13 *', /13 is not between 1 and 12/],
  ['0 0 * * 8', /8 is not between 0 and 7/],
  ['0 0 30 2 *', /None of the months has a day 30/],
  ['0 0 31 2,4,6 *', /would never run/],
  ['0 0 * JANUARY *', /"JANUARY" is not supported/],
  ['MON 0 * * *', /not supported/],
  // Typing errors
  ['', /this has 0/],
  ['0 0 1,, * *', /"" is not supported/],
  ['+5 * * * *', /not supported/],
  ['1.5 * * * *', /not supported/],
  ['0x5 * * * *', /not supported/],
  ['٣ 0 * * *', /not supported/],
  ['0 0 * * *\u0000', /not supported/],
  ['every night', /this has 2/],
])('%j is refused with the cause', (text, message) => {
  expect(cause(text)).toMatch(message);
});

describe('a text that is taken means what crontab(5) says', () => {
  const item = (min: number, max: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min, max }).map(String),
      fc
        .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
        .map((pair) => [Math.min(...pair), Math.max(...pair)].join('-')),
      fc.integer({ min: 1, max: max - min }).map((step) => `*/${step}`),
    );
  const field = (min: number, max: number) =>
    fc.array(item(min, max), { minLength: 1, maxLength: 3 }).map((all) => all.join(','));
  const cron = fc.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 7));

  test('the parser that runs schedules finds a moment that matches, and none that matches before it', () => {
    fc.assert(
      fc.property(
        cron,
        fc.date({ min: new Date('2026-01-01T00:00Z'), max: new Date('2028-01-01T00:00Z'), noInvalidDate: true }),
        (fields, from) => {
          const verdict = readCron(fields.join(' '));
          fc.pre(verdict.ok);
          const found = CronExpressionParser.parse(verdict.plain, { tz: 'UTC', currentDate: from }).next().toDate();
          expect(matches(fields, found)).toBe(true);
          const limit = Math.min(found.getTime(), from.getTime() + 86_400_000);
          for (let at = Math.floor(from.getTime() / 60_000 + 1) * 60_000; at < limit; at += 60_000) {
            expect(matches(fields, new Date(at))).toBe(false);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** Whether a minute matches, as described in crontab(5). */
function matches(fields: readonly string[], at: Date): boolean {
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const isTime =
    has(minute, at.getUTCMinutes(), 0, 59) &&
    has(hour, at.getUTCHours(), 0, 23) &&
    has(month, at.getUTCMonth() + 1, 1, 12);
  return isTime && isDay(day, weekday, at);
}

function isDay(day: string, weekday: string, at: Date): boolean {
  const isOfMonth = has(day, at.getUTCDate(), 1, 31);
  const isOfWeek = has(weekday, at.getUTCDay(), 0, 7) || (at.getUTCDay() === 0 && has(weekday, 7, 0, 7));
  return day === '*' || weekday === '*' ? isOfMonth && isOfWeek : isOfMonth || isOfWeek;
}

function has(field: string, value: number, min: number, max: number): boolean {
  return field.split(',').some((item) => {
    const [span = '', step = '1'] = item.split('/');
    const [from = '', to = from] = span.split('-');
    const first = span === '*' ? min : Number(from);
    const last = span === '*' ? max : Number(to);
    return value >= first && value <= last && (value - first) % Number(step) === 0;
  });
}
