import { type EndedPhase, watchPhases } from './watch-phases.js';

test('a phase lasts until the next one begins or the run ends, and counts what it did itself', () => {
  const ended: EndedPhase[] = [];
  let now = 0;
  const phases = watchPhases(
    (one) => void ended.push(one),
    () => now,
  );
  phases.report({ phase: 'pull', line: 'pull began', done: 0, total: null });
  phases.report({ phase: 'pull', done: 70, total: null });
  now = 10;
  phases.report({ phase: 'plan', line: 'plan began', done: 0, total: null });
  now = 30;
  phases.report({ phase: 'apply', line: 'apply began', done: 40, total: 50 });
  phases.report({ phase: 'apply', done: 50, total: 50 });
  phases.report({ phase: 'apply', line: 'succeeded', done: 1, total: 1 });
  now = 35;
  phases.end();
  phases.end();
  expect(ended).toEqual([
    { phase: 'pull', startedAt: 0, endedAt: 10, records: 70 },
    { phase: 'plan', startedAt: 10, endedAt: 30, records: 0 },
    // It went on behind the 40 changes that an earlier run had applied.
    { phase: 'apply', startedAt: 30, endedAt: 35, records: 10 },
  ]);
});
