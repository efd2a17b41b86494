import { z } from 'zod';
import { DEFAULT_SLOT_LIMITS, type SlotLimits } from './answer-slots.js';
import type { BodyLimits } from './body-budget.js';

/**
 * How long the API waits for the database. An early error is better than a long wait: a request may need two
 * connections after each other, and is answered within 2 s when none is available. Deleting a big source takes the
 * longest statements.
 */
export const API_TIMEOUTS = { connectWithinMs: 900, statementWithinMs: 60_000 } as const;

const MEGABYTE = 1_048_576;

/** The variables about what requests may take. */
export const requestVariables = {
  REQUEST_SECONDS: z.coerce.number().int().min(1).max(3_600).default(120),
  REQUEST_MB: z.coerce.number().int().min(16).max(4_096).default(96),
  REQUEST_MB_PER_KEY: z.coerce.number().int().min(11).max(4_096).default(40),
  REQUEST_RECORDS_PER_KEY: z.coerce.number().int().min(10_000).max(10_000_000).default(100_000),
  STREAMS_PER_KEY: z.coerce.number().int().min(1).max(10_000).default(200),
  EXPORTS_PER_KEY: z.coerce.number().int().min(1).max(100).default(4),
  CHECKS_PER_KEY: z.coerce.number().int().min(1).max(1_000).default(10),
  WAITS_PER_KEY: z.coerce.number().int().min(1).max(100_000).default(1_000),
};

/** What requests may take. */
export interface RequestSettings {
  /** Within which a request must have come. */
  readonly requestMs: number;
  /** What the bodies of requests may occupy at once. */
  readonly bodyLimits: BodyLimits;
  /** What one key or account may have open at once. */
  readonly slotLimits: SlotLimits;
}

/** The settings that the variables say. */
export function requestSettingsOf(given: {
  readonly REQUEST_SECONDS: number;
  readonly REQUEST_MB: number;
  readonly REQUEST_MB_PER_KEY: number;
  readonly REQUEST_RECORDS_PER_KEY: number;
  readonly STREAMS_PER_KEY: number;
  readonly EXPORTS_PER_KEY: number;
  readonly CHECKS_PER_KEY: number;
  readonly WAITS_PER_KEY: number;
}): RequestSettings {
  return {
    requestMs: given.REQUEST_SECONDS * 1_000,
    bodyLimits: {
      bytesPerCaller: given.REQUEST_MB_PER_KEY * MEGABYTE,
      recordsPerCaller: given.REQUEST_RECORDS_PER_KEY,
      bytes: given.REQUEST_MB * MEGABYTE,
    },
    slotLimits: {
      ...DEFAULT_SLOT_LIMITS,
      stream: given.STREAMS_PER_KEY,
      export: given.EXPORTS_PER_KEY,
      check: given.CHECKS_PER_KEY,
      wait: given.WAITS_PER_KEY,
    },
  };
}
