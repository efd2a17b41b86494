import { decideMatch, type MatchHit } from './decide-match.js';

const hit = (id: string, more: Partial<MatchHit> = {}): MatchHit => ({
  id,
  protected: false,
  lookalike: false,
  linked: false,
  ...more,
});

test.each([
  ['nobody has it: none', [], 'none'],
  ['exactly one free user: match', [hit('a')], 'match'],
  ['several: ambiguous', [hit('a'), hit('b')], 'match_ambiguous'],
  ['several, one of them linked: ambiguous', [hit('a'), hit('b', { linked: true })], 'match_ambiguous'],
  ['one that this source links already: taken', [hit('a', { linked: true })], 'match_taken'],
  ['one that only looks like it: a conflict (R5)', [hit('a', { lookalike: true })], 'match_ambiguous'],
  ['one, and another that only looks like it: match', [hit('a'), hit('b', { lookalike: true })], 'match'],
])('R10: %s', (_name, hits, wanted) => {
  const verdict = decideMatch('email', hits);
  expect(verdict.verdict === 'skip' ? verdict.code : verdict.verdict).toBe(wanted);
  if (verdict.verdict === 'match') expect(verdict.targetId).toBe('a');
});
