import type { JsonWorld } from '../platform/http-client/json-client.js';
import { memoryRateGovernor } from '../platform/http-client/memory-rate-governor.js';
import { createTokenCache } from '../platform/http-client/token-cache.js';
import { createFastClock, type FastClock } from './fast-clock.js';

/** What adapters that speak JSON are lent in tests: limits and tokens of their own, plain http to this machine. */
export function createJsonWorld(clock: FastClock = createFastClock()): JsonWorld & { readonly clock: FastClock } {
  return { governor: memoryRateGovernor(clock), tokens: createTokenCache(clock), clock, allowHttp: true };
}
