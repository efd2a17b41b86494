import { decideOutcome, type TaskFacts } from './task-outcome.js';
import { NO_COUNTS } from './task.js';

const fine: TaskFacts = {
  mode: 'full',
  counts: { user: NO_COUNTS },
  removals: new Map([['user', { allowed: true }]]),
  required: ['user'],
};

test('R40: a full read that reached its end with nothing skipped succeeds', () => {
  expect(decideOutcome(fine)).toEqual({ status: 'succeeded', error: null });
});

test.each(['skipped', 'failed'] as const)('R40: one record that %s makes it partial', (name) => {
  const counts = { user: NO_COUNTS, membership: { ...NO_COUNTS, [name]: 1 } };
  expect(decideOutcome({ ...fine, counts })).toMatchObject({ status: 'partial', error: { code: 'records_skipped' } });
});

test('R7: a field that is left out makes it partial, and the message has the number', () => {
  const counts = { user: { ...NO_COUNTS, fieldProblems: 2 }, membership: NO_COUNTS };
  const error = { code: 'fields_left_out', message: "2 fields were left out; see the reasons in the task's changes." };
  expect(decideOutcome({ ...fine, counts })).toEqual({ status: 'partial', error });
  const both = { user: { ...NO_COUNTS, skipped: 1, fieldProblems: 1 } };
  const message = "1 record was skipped or failed, 1 field was left out; see the reasons in the task's changes.";
  expect(decideOutcome({ ...fine, counts: both }).error).toEqual({ code: 'records_skipped', message });
});

test.each(['not_complete', 'nameless_records', 'bad_records'] as const)(
  'R30, R34: a required kind with %s makes a full task partial and says so',
  (reason) => {
    const removals = new Map([['user', { allowed: false, reason } as const]]);
    expect(decideOutcome({ ...fine, removals })).toMatchObject({ status: 'partial', error: { code: reason } });
    expect(decideOutcome({ ...fine, removals, required: [] }).status).toBe('succeeded');
    expect(decideOutcome({ ...fine, removals, mode: 'delta' }).status).toBe('succeeded');
  },
);
