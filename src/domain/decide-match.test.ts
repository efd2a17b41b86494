import { decideMatch, type MatchHit, matchRank } from './decide-match.js';

const hit = (id: string, more: Partial<MatchHit> = {}): MatchHit => ({
  id,
  protected: false,
  lookalike: false,
  holds: true,
  link: 'none',
  ...more,
});

test.each([
  ['no user has it: none', [], 'none'],
  ['exactly one free user: match', [hit('a')], 'match'],
  ['several: ambiguous', [hit('a'), hit('b')], 'match_ambiguous'],
  ['several, one of them linked: ambiguous', [hit('a'), hit('b', { link: 'live' })], 'match_ambiguous'],
  ['one that this source links already: taken', [hit('a', { link: 'live' })], 'match_taken'],
  ['one whose link this task ends: match', [hit('a', { link: 'leaving' })], 'match'],
  ['one whose link would end, protected: taken (R11)', [hit('a', { link: 'leaving', protected: true })], 'match_taken'],
  ['one out of force whose link this task ends: match', [hit('a', { link: 'leaving', holds: false })], 'match'],
  ['one that only looks like it: a conflict (R5)', [hit('a', { lookalike: true })], 'match_ambiguous'],
  ['one, and another that only looks like it: match', [hit('a'), hit('b', { lookalike: true })], 'match'],
  ['one in force, and one out of force that had it: match', [hit('a'), hit('b', { holds: false })], 'match'],
  ['one out of force: match', [hit('a', { holds: false })], 'match'],
  ['several out of force: ambiguous', [hit('a', { holds: false }), hit('b', { holds: false })], 'match_ambiguous'],
])('R10: %s', (_name, hits, wanted) => {
  const verdict = decideMatch({ name: 'email', unique: true }, hits);
  expect(verdict.verdict === 'skip' ? verdict.code : verdict.verdict).toBe(wanted);
  if (verdict.verdict === 'match') expect(verdict.targetId).toBe('a');
});

test.each([
  ['one in force, one not', [hit('a'), hit('b', { holds: false })], 'match_ambiguous'],
  ['two in force', [hit('a'), hit('b')], 'match_ambiguous'],
  ['one', [hit('a')], 'match'],
])('R10: a phone, which many may have: %s', (_name, hits, wanted) => {
  const verdict = decideMatch({ name: 'phone', unique: false }, hits);
  expect(verdict.verdict === 'skip' ? verdict.code : verdict.verdict).toBe(wanted);
});

test('R10: a username or e-mail is a stronger match than a phone, then the order of the keys decides', () => {
  const [unique, phone] = [
    { name: 'email', unique: true },
    { name: 'phone', unique: false },
  ];
  const ranks = [matchRank(unique, 0), matchRank(unique, 2), matchRank(phone, 0), matchRank(phone, 1)];
  expect([...ranks].sort((a, b) => a - b)).toEqual(ranks);
  expect(new Set(ranks).size).toBe(4);
});
