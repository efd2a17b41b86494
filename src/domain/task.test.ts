import { ACTIVE_STATUSES, ENDED_STATUSES, mayMove, TASK_STATUSES, type TaskStatus } from './task.js';

const ALLOWED: Readonly<Record<TaskStatus, string>> = {
  queued: 'pulling planning applying failed cancelled',
  pulling: 'queued planning failed cancelled',
  planning: 'queued held applying succeeded partial failed cancelled',
  held: 'queued cancelled',
  applying: 'queued planning succeeded partial failed cancelled',
  succeeded: '',
  partial: 'queued',
  failed: 'queued',
  cancelled: 'queued',
};

test.each(TASK_STATUSES)('R40: from %s a task moves only along the table', (from) => {
  const reached = TASK_STATUSES.filter((to) => mayMove(from, to));
  expect(reached).toEqual(TASK_STATUSES.filter((to) => ALLOWED[from].split(' ').includes(to)));
});

test('R40: an ended task moves only by a retry, a succeeded one never', () => {
  for (const from of ENDED_STATUSES) for (const to of ACTIVE_STATUSES) expect(mayMove(from, to)).toBe(false);
  expect(TASK_STATUSES.some((to) => mayMove('succeeded', to))).toBe(false);
});

test('R33: nothing is applied out of a held task without going through the queue', () => {
  expect(mayMove('held', 'applying')).toBe(false);
});
