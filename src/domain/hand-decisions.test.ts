import { decisionsIn, decisionsToStore, differing } from './hand-decisions.js';

test('R51: only yes and no are decisions, and only beside the fields', () => {
  expect(decisionsIn({ locked: true, protected: 'yes', attributes: { protected: true } })).toEqual({ locked: true });
});

test('R15: a decision that the row has already is not stored', () => {
  const row = { locked: true, protected: false, waiting: false };
  expect(decisionsToStore({ locked: true, protected: true }, row)).toEqual({ protected: true });
  expect(decisionsToStore({ locked: true }, row)).toEqual({});
});

test('R51: while an earlier decision waits, each later one is stored', () => {
  const row = { locked: false, protected: false, waiting: true };
  expect(decisionsToStore({ locked: false }, row)).toEqual({ locked: false });
});

test('a row without a decision is neither locked nor protected', () => {
  expect(differing({ locked: false, protected: true }, {})).toEqual({ protected: true });
});
