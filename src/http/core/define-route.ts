import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { RouteRights } from '../../access/permit.js';
import type { Principal } from '../../access/accounts/principal.js';
import type { OpenAnswer } from './answer-slots.js';
import type { BodyShare } from './body-budget.js';

/** One request, checked: what a route's handler gets. */
export interface Call<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Who calls; an open route must not ask. */
  readonly principal: Principal;
  /** The caller and its address, for tasks and the audit log. */
  readonly requester: { readonly requestedBy: string; readonly address: string | null };
  readonly request: Request;
  readonly response: Response;
  /** What the body occupies: a handler that goes on waiting releases it once it is done with the body. */
  readonly bodyShare: BodyShare;
  /**
   * Takes one of the slots in which the caller's requests may wait; it is given back when the answer closes.
   * @returns a signal that aborts when the answer closes; null where all slots are taken: answer at once
   */
  readonly beginWait: () => AbortSignal | null;
}

/** An answer; null when the handler has answered itself (a stream). */
export type Reply = {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
} | null;

/** What an answer looks like, for the OpenAPI document. */
export interface ReplySpec {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Default application/json. */
  readonly contentType?: string;
}

/** What a route takes as a body. */
interface BodySpec<Body> {
  readonly schema: z.ZodType<Body>;
  /** Default true. */
  readonly required?: boolean;
  /** Default 1 MB. */
  readonly limitBytes?: number;
  /** The body has records that are judged one by one: see `BodyLimits.records`. */
  readonly records?: boolean;
  /** Takes `application/x-ndjson` too: makes the body of the lines and the query. */
  readonly ofLines?: (values: unknown[], query: Readonly<Record<string, unknown>>) => unknown;
}

/** One route: who may call it, what it takes, what it answers and how. Mounting, checks and documents come from it. */
export interface RouteSpec<Params, Query, Body> extends RouteRights {
  /** Unique; the OpenAPI operation id. */
  readonly id: string;
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** As in OpenAPI: `/sources/{name}`. */
  readonly path: `/${string}`;
  /** Of an open route, from one address; default unlimited. */
  readonly limitPerMinute?: number;
  /** The answer can stay open for long: a caller may have few of them at once (429 `too_many_open`). */
  readonly staysOpen?: OpenAnswer;
  readonly tag: string;
  readonly summary: string;
  readonly params?: z.ZodType<Params>;
  /** The code for a path that can name nothing, default `not_found`. */
  readonly missing?: string;
  readonly query?: z.ZodType<Query>;
  readonly body?: BodySpec<Body>;
  readonly replies: Readonly<Record<number, ReplySpec>>;
  handle(call: Call<Params, Query, Body>): Promise<Reply> | Reply;
}

/** A route whatever it takes. */
export type Route = RouteSpec<unknown, unknown, unknown>;

/** The only way to make a route: without a role there is none. */
export function defineRoute<Params, Query, Body>(spec: RouteSpec<Params, Query, Body>): Route {
  // Mounting parses with the very schemas that the handler's types come from.
  return spec;
}
