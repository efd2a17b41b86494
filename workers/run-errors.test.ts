import {
  CursorExpiredError,
  FencedError,
  ShutdownError,
  SourceAuthError,
  SourceRateLimitedError,
  SourceUnavailableError,
  TaskCancelledError,
} from '../src/domain/errors.js';
import { classifyRunError } from './run-errors.js';

test.each([
  [new SourceUnavailableError('down'), { type: 'transient', code: 'source_unavailable', message: 'down' }],
  [new SourceRateLimitedError(90_000), expect.objectContaining({ type: 'transient', afterMs: 90_000 })],
  [new SourceAuthError('no'), { type: 'failed', code: 'source_auth', message: 'no' }],
  [new CursorExpiredError('old'), expect.objectContaining({ type: 'failed', code: 'cursor_expired' })],
  [new FencedError('t'), { type: 'fenced' }],
  [Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), expect.objectContaining({ code: 'database_unavailable' })],
])('R42: %s is judged', (error, verdict) => {
  expect(classifyRunError(error, undefined)).toEqual(verdict);
});

test('an unknown error is tried again, and its message stays in the system log', () => {
  const verdict = classifyRunError(new TypeError('bob@example.com is not iterable'), undefined);
  expect(verdict).toMatchObject({ type: 'transient', code: 'internal_error', unknown: true });
  expect(JSON.stringify(verdict)).not.toContain('bob');
});

test.each([
  [new TaskCancelledError(), 'cancelled'],
  [new ShutdownError(), 'shutdown'],
  [new FencedError('t'), 'fenced'],
])('whatever breaks after the run was stopped, broke because of that: %s', (reason, type) => {
  expect(classifyRunError(new Error('socket closed'), reason)).toEqual({ type });
});
