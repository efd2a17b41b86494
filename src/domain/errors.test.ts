import { describe, expect, test } from '@jest/globals';
import * as errors from './errors.js';

const RETRIED: Readonly<Record<string, { readonly error: errors.SyncError; readonly retry: boolean }>> = {
  SourceRateLimitedError: { error: new errors.SourceRateLimitedError(1_000), retry: true },
  SourceUnavailableError: { error: new errors.SourceUnavailableError('x'), retry: true },
  SourceAuthError: { error: new errors.SourceAuthError('x'), retry: false },
  SourceConfigError: { error: new errors.SourceConfigError('x'), retry: false },
  SecretReferenceError: { error: new errors.SecretReferenceError('x'), retry: false },
  SecretKeyMissingError: { error: new errors.SecretKeyMissingError('k1'), retry: true },
  EgressRefusedError: { error: new errors.EgressRefusedError('x'), retry: false },
  SourceReadError: { error: new errors.SourceReadError('x'), retry: true },
  CursorExpiredError: { error: new errors.CursorExpiredError('x'), retry: false },
  FencedError: { error: new errors.FencedError('t'), retry: false },
  TaskCancelledError: { error: new errors.TaskCancelledError(), retry: false },
  ShutdownError: { error: new errors.ShutdownError(), retry: true },
};

describe('R42: what passes is tried again, what needs a person is not', () => {
  test.each(Object.entries(RETRIED))('%s', (_name, { error, retry }) => {
    expect(error.advice.retry).toBe(retry);
    expect(error.code).toMatch(/^[a-z][a-z_]*$/);
  });

  test('every class of error is in this table', () => {
    const classes = Object.entries(errors).filter(([, made]) => made.prototype instanceof errors.SyncError);
    expect(classes.map(([name]) => name).sort()).toEqual(Object.keys(RETRIED).sort());
  });

  test('a read that must fail again is not tried again', () => {
    expect(new errors.SourceReadError('x', { retry: false }).advice.retry).toBe(false);
  });
});
