import { jobReporter } from './job-reporter.js';

function recorder() {
  const shown: unknown[] = [];
  const lines: string[] = [];
  return {
    shown,
    lines,
    showProgress: (progress: unknown) => Promise.resolve(void shown.push(progress)),
    log: (line: string) => Promise.resolve(lines.push(line)),
  };
}

test('progress is shown once a second and at the end, lines always', () => {
  let now = 0;
  const job = recorder();
  const { report, end } = jobReporter(job, () => now);
  report({ phase: 'pull', done: 1, total: null });
  now = 999;
  report({ phase: 'pull', done: 2, total: null });
  report({ phase: 'plan', line: 'plan began', done: 0, total: 5 });
  now = 1_999;
  report({ phase: 'plan', done: 4, total: 5 });
  report({ phase: 'plan', done: 5, total: 5 });
  for (let time = 1; time <= 2; time += 1) end();
  expect(job.shown).toEqual([
    { phase: 'pull', done: 1, total: null },
    { phase: 'plan', done: 4, total: 5 },
    { phase: 'plan', done: 5, total: 5 },
  ]);
  expect(job.lines).toEqual(['plan began']);
});

test('a queue that is down does not disturb the run', async () => {
  const failing = () => Promise.reject(new Error('down'));
  const { report, end } = jobReporter({ showProgress: failing, log: failing });
  expect(() => report({ phase: 'pull', line: 'x', done: 0, total: null })).not.toThrow();
  expect(end).not.toThrow();
  await new Promise((resolve) => setImmediate(resolve));
});
