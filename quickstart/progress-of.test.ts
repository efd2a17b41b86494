import { expect, test } from '@jest/globals';
import { progressOf } from './progress-of.js';

test.each([
  { status: 'queued', progress: { phase: 'plan', done: 9, total: 9 }, percent: 0 },
  { status: 'pulling', progress: { phase: 'pull', done: 500, total: null }, percent: 0 },
  { status: 'pulling', progress: { phase: 'pull', done: 50, total: 100 }, percent: 17 },
  { status: 'planning', progress: { phase: 'plan', done: 0, total: 0 }, percent: 33 },
  { status: 'applying', progress: { phase: 'apply', done: 100, total: 100 }, percent: 100 },
  { status: 'applying', progress: { phase: 'apply', done: 101, total: 100 }, percent: 100 },
] as const)('each phase is a third of the bar: $status at $progress is $percent %', ({ status, progress, percent }) => {
  expect(progressOf({ status, progress }).percent).toBe(percent);
});
