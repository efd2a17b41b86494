import { mayRemove } from './task-outcome.js';

const good = { complete: true, seen: 1_000, invalid: 0, nameless: 0 };

test.each([
  ['R30: a complete read proves absence', good, undefined],
  ['R30: a read without a proved end does not', { ...good, complete: false }, 'not_complete'],
  ['R7: nor does one with a rejected record without an id', { ...good, invalid: 1, nameless: 1 }, 'nameless_records'],
  ['R34: four invalid records are few, whatever their share', { ...good, seen: 4, invalid: 4 }, undefined],
  ['R34: five of 400 are too many', { ...good, seen: 400, invalid: 5 }, 'bad_records'],
  ['R34: five of 500 are just 1 %', { ...good, seen: 500, invalid: 5 }, undefined],
  ['R34: five of 499 are more', { ...good, seen: 499, invalid: 5 }, 'bad_records'],
  ['R34: 10 of 1,000 are just 1 %', { ...good, invalid: 10 }, undefined],
  ['R34: 11 of 1,000 are more', { ...good, invalid: 11 }, 'bad_records'],
])('%s', (_name, quality, reason) => {
  expect(mayRemove(quality)).toEqual(reason === undefined ? { allowed: true } : { allowed: false, reason });
});
