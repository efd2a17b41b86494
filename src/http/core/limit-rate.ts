import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { RequestError } from '../../domain/errors.js';
import { contextOf } from './request-context.js';

/** Requests a minute of one key, and wrong keys a minute from one address, in one process. */
export interface RateLimits {
  readonly perKey: number;
  readonly wrongKeys: number;
}

/** Generous: they stop a loop that went wild, not a busy client. */
export const DEFAULT_RATE_LIMITS: RateLimits = { perKey: 30_000, wrongKeys: 1_000 };

/** Counts the requests of each key or account, and of each address without one; too many answer 429 with `Retry-After`. */
export function limitKeys({ perKey }: RateLimits): RequestHandler {
  return limit(perKey, callerOf);
}

/** Counts wrong keys by network address. */
export function limitWrongKeys({ wrongKeys }: RateLimits): RequestHandler {
  return limit(wrongKeys, addressOf);
}

/** Counts the requests of each network address. */
export function limitAddresses(perMinute: number): RequestHandler {
  return limit(perMinute, addressOf);
}

/** Whose limits a request counts for: its key's or account's, else its address's. */
export function callerOf(request: Request): string {
  return contextOf(request).principal?.id ?? addressOf(request);
}

function addressOf(request: Request): string {
  return ipKeyGenerator(request.ip ?? '');
}

function limit(perMinute: number, keyGenerator: (request: Request) => string): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    keyGenerator,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    // Its checks of proxy settings print to the console; TRUST_PROXY is the operator's decision.
    validate: false,
    handler: (_request, _response, next) =>
      next(new RequestError(429, 'rate_limited', 'Too many requests. Wait for the time in Retry-After.')),
  });
}
