import type { JsonWorld } from '../../outbound/http-client/json-client.js';
import { memoryRateGovernor } from '../../outbound/http-client/rate-governor.js';
import { createTokenCache } from '../../outbound/http-client/token-cache.js';
import { createFastClock, type FastClock } from '../fast-clock.js';

/** What adapters that speak JSON are lent in tests: limits and tokens of their own, plain http to this machine. */
export function createJsonWorld(clock: FastClock = createFastClock()): JsonWorld & { readonly clock: FastClock } {
  return { governor: memoryRateGovernor(clock), tokens: createTokenCache(clock), clock, allowHttp: true };
}
