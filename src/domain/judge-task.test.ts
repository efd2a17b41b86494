import { judgeTask, type TaskFacts } from './judge-task.js';
import { NO_COUNTS } from './task.js';

const fine: TaskFacts = {
  mode: 'full',
  counts: { user: NO_COUNTS },
  removals: new Map([['user', { allowed: true }]]),
  required: ['user'],
};

test('R40: a full read that reached its end with nothing skipped succeeds', () => {
  expect(judgeTask(fine)).toEqual({ status: 'succeeded', error: null });
});

test.each(['skipped', 'failed'] as const)('R40: one record that %s makes it partial', (name) => {
  const counts = { user: NO_COUNTS, membership: { ...NO_COUNTS, [name]: 1 } };
  expect(judgeTask({ ...fine, counts })).toMatchObject({ status: 'partial', error: { code: 'records_skipped' } });
});

test.each(['not_complete', 'nameless_records', 'bad_records'] as const)(
  'R30, R34: a required kind with %s makes a full task partial and says so',
  (reason) => {
    const removals = new Map([['user', { allowed: false, reason } as const]]);
    expect(judgeTask({ ...fine, removals })).toMatchObject({ status: 'partial', error: { code: reason } });
    expect(judgeTask({ ...fine, removals, required: [] }).status).toBe('succeeded');
    expect(judgeTask({ ...fine, removals, mode: 'delta' }).status).toBe('succeeded');
  },
);
