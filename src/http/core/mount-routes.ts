import { type Request, type RequestHandler, type Response, Router } from 'express';
import { RequestError } from '../../domain/errors.js';
import { identify, type IdentifyOptions } from './identify.js';
import { permit, ROUTE_ROLES } from '../../access/permit.js';
import { actorOf, type Principal } from '../../access/accounts/principal.js';
import type { AnswerSlots } from './answer-slots.js';
import type { BodyBudget, BodyShare } from './body-budget.js';
import type { Reply, Route } from './define-route.js';
import { findBadText } from './body-text.js';
import { callerOf, limitAddresses, limitKeys, limitWrongKeys, type RateLimits } from './limit-rate.js';
import { closedSignal, onceClosed } from './connections.js';
import { parseInput } from './parse-input.js';
import { readBody } from './read-body.js';
import { contextOf } from './request-context.js';

/** What mounting needs besides the routes. */
export interface MountOptions extends IdentifyOptions {
  readonly rateLimits: RateLimits;
  /** These two are of all routes of the process. */
  readonly budget: BodyBudget;
  readonly slots: AnswerSlots;
  /** What stands before the routes' paths in the log. */
  readonly prefix: string;
}

const DEFAULT_LIMIT_BYTES = 1_048_576;
/** Stands for the caller of an open route: no key, no right. */
const ANONYMOUS: Principal = {
  ...{ id: 'none', name: 'none', role: 'viewer', via: 'key' },
  ...{ sourceId: null, pushOnly: true, session: null },
};

/**
 * Makes an Express router of routes: key, role, rate, body and input are checked before a handler sees anything.
 * @throws Error for a route without a role.
 */
export function mountRoutes(routes: readonly Route[], options: MountOptions): Router {
  const router = Router({ caseSensitive: true, strict: false });
  const limiters = { keys: limitKeys(options.rateLimits), wrongKeys: limitWrongKeys(options.rateLimits) };
  for (const route of routes) {
    if (!ROUTE_ROLES.includes(route.role)) throw new Error(`Route ${route.id} has no role.`);
    const guards =
      route.role === 'open'
        ? limitOpen(route, limiters.keys)
        : [letIn(route, options, limiters.wrongKeys), limiters.keys];
    router[route.method](expressPath(route.path), setRoute(options.prefix, route), ...guards, answer(route, options));
  }
  for (const [path, methods] of methodsByPath(routes)) router.all(path, refuseMethod(methods));
  return router;
}

/** Open routes have the limit of keys, counted by address, unless they say another one. */
function limitOpen({ limitPerMinute }: Route, limitAll: RequestHandler): RequestHandler[] {
  return [limitPerMinute === undefined ? limitAll : limitAddresses(limitPerMinute)];
}

/** `/sources/{name}` as Express writes it; `:` in a path is escaped. */
function expressPath(path: string): string {
  return path.replaceAll(':', '\\:').replaceAll(/\{(\w+)\}/g, ':$1');
}

function setRoute(prefix: string, route: Route): RequestHandler {
  return (request, _response, next) => {
    contextOf(request).route = prefix + route.path;
    next();
  };
}

function letIn(route: Route, who: IdentifyOptions, limitWrong: RequestHandler): RequestHandler {
  return async (request, response, next) => {
    try {
      const principal = await identify(request, who);
      contextOf(request).principal = principal;
      permit(principal, route);
      next();
    } catch (error) {
      if (!(error instanceof RequestError) || error.status !== 401) throw error;
      await limitWrong(request, response, (limited?: unknown) => next(limited ?? error));
    }
  };
}

function answer(route: Route, { budget, slots }: MountOptions): RequestHandler {
  return async (request, response) => {
    const principal = contextOf(request).principal ?? ANONYMOUS;
    const release = route.staysOpen && slots.take(callerOf(request), route.staysOpen);
    const bodyShare = budget.open(callerOf(request));
    try {
      const reply = await route.handle({
        ...(await readInput(route, request, bodyShare)),
        principal,
        requester: { requestedBy: actorOf(principal), address: request.ip ?? null },
        request,
        response,
        bodyShare,
        beginWait: () => beginWait(request, response, slots),
      });
      if (reply) send(response, reply);
    } finally {
      bodyShare.release();
      // Not before the handler has ended: what it does for a client that left goes on until it notices that.
      if (release) onceClosed(response, release);
    }
  };
}

function beginWait(request: Request, response: Response, slots: AnswerSlots): AbortSignal | null {
  const release = slots.tryTake(callerOf(request), 'wait');
  if (release === null) return null;
  onceClosed(response, release);
  return closedSignal(response);
}

async function readInput(route: Route, request: Request, bodyShare: BodyShare) {
  const query = refuseBadQuery(request.query);
  return {
    params: route.params ? parseParams(route, request) : {},
    query: route.query ? parseInput('query', route.query, query) : {},
    body: await readRouteBody(route, request, bodyShare),
  };
}

function parseParams({ params, missing }: Route, request: Request): unknown {
  const parsed = params?.safeParse(request.params);
  if (parsed?.success) return parsed.data;
  throw new RequestError(404, missing ?? 'not_found', 'Not found.');
}

function refuseBadQuery(query: Request['query']): Request['query'] {
  const bad = findBadText(query);
  if (!bad) return query;
  throw new RequestError(400, 'invalid_text', 'The query has a character that cannot be stored.', [
    { path: bad.path, message: 'U+0000 and half surrogate pairs are not allowed.' },
  ]);
}

async function readRouteBody({ body: spec }: Route, request: Request, share: BodyShare): Promise<unknown> {
  if (!spec) return undefined;
  const limits = {
    limitBytes: spec.limitBytes ?? DEFAULT_LIMIT_BYTES,
    lines: spec.ofLines !== undefined,
    records: spec.records === true,
  };
  const sent = await readBody(request, limits, share);
  if (sent.type === 'lines') return parseInput('body', spec.schema, spec.ofLines?.(sent.values, request.query));
  if (sent.type === 'json') return parseInput('body', spec.schema, sent.value);
  if (spec.required === false) return parseInput('body', spec.schema, {});
  throw new RequestError(400, 'invalid_json', 'The request needs a body.');
}

function send(response: Response, reply: NonNullable<Reply>): void {
  response.status(reply.status).set(reply.headers ?? {});
  if (reply.body === undefined) response.end();
  else if (typeof reply.body === 'string') response.send(reply.body);
  else response.json(reply.body);
}

function methodsByPath(routes: readonly Route[]): Map<string, string[]> {
  const byPath = new Map<string, string[]>();
  for (const { path, method } of routes) {
    const express = expressPath(path);
    byPath.set(express, [...(byPath.get(express) ?? []), method.toUpperCase()]);
  }
  return byPath;
}

function refuseMethod(methods: readonly string[]): RequestHandler {
  return (_request, response) => {
    response.setHeader('Allow', methods.join(', '));
    throw new MethodError();
  };
}

/** The path is there, the method is not. */
class MethodError extends Error {
  readonly status = 405;
}
