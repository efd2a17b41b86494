import { types } from 'node:util';

/** What PostgreSQL said went wrong: its SQLSTATE and, for a broken rule of the schema, the rule's name. */
interface SqlError {
  readonly state: string;
  readonly constraint: string | null;
}

/** What a driver hangs on its errors: `pg` says code and constraint, Prisma wraps them in `meta`. */
interface DriverError {
  readonly code?: unknown;
  readonly constraint?: unknown;
  readonly meta?: {
    readonly driverAdapterError?: {
      readonly cause?: { readonly originalCode?: unknown; readonly constraint?: { readonly index?: unknown } };
    };
  };
}

/** Finds PostgreSQL's own words in an error of `pg` or of Prisma on top of it; null for any other error. */
export function sqlError(error: unknown): SqlError | null {
  if (!(error instanceof Error)) return null;
  const { code, constraint, meta } = error as DriverError;
  const cause = meta?.driverAdapterError?.cause;
  const state = cause?.originalCode ?? code;
  if (!isSqlState(state)) return null;
  const name = cause?.constraint?.index ?? constraint;
  return { state, constraint: typeof name === 'string' ? name : null };
}

/** Whether a statement violated the named unique index: another one inserted first. */
export function lostAgainst(error: unknown, uniqueIndex: string): boolean {
  const found = sqlError(error);
  return found?.state === '23505' && found.constraint === uniqueIndex;
}

/**
 * Whether an error is about the rows of a statement, so that with fewer of them the one that it is about can be found.
 */
export function isAboutRows(error: unknown): boolean {
  const state = sqlError(error)?.state ?? '';
  return state.startsWith('22') || state.startsWith('23');
}

/** Prisma's own codes (P2024 …) have five characters as well; PostgreSQL's P-class is P0xxx. */
function isSqlState(code: unknown): code is string {
  return typeof code === 'string' && /^(?!P[1-9])[0-9A-Z]{5}$/.test(code);
}

/** Prisma: not reachable, timed out, connection closed, no connection free. */
const PRISMA_CODES = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2037']);
const SOCKET_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH']);
const QUERY_CANCELED = '57014';
const LOCK_NOT_AVAILABLE = '55P03';
const CONFIGURATION_LIMIT_EXCEEDED = '53400';
/** What Prisma's driver says under a raw statement, whose own code (P2010) says only that it failed. */
const DRIVER_KINDS = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections']);
/** What `pg` and its pool say without a code. */
const TEXTS = /Connection terminated|timeout exceeded when trying to connect|Connection ended unexpectedly/;

interface DriverFailure {
  readonly meta?: { readonly driverAdapterError?: { readonly cause?: { readonly kind?: unknown } } };
}

/** Whether an error means that the database can't be reached for now, rather than that a statement is wrong. */
export function isDatabaseDown(error: unknown): boolean {
  return causesOf(error).some(meansDown);
}

/** Whether a statement was ended because it took longer than is allowed: the database is there, but busy. */
export function isStatementTooSlow(error: unknown): boolean {
  return causesOf(error).some((cause) => sqlError(cause)?.state === QUERY_CANCELED);
}

/** Whether a statement was ended because it waited too long for a lock of another transaction (`lock_timeout`). */
export function isLockTooSlow(error: unknown): boolean {
  return causesOf(error).some((cause) => sqlError(cause)?.state === LOCK_NOT_AVAILABLE);
}

/** Whether a statement was ended by a limit that the server's settings set, such as `temp_file_limit`. */
export function isOverServerLimit(error: unknown): boolean {
  return causesOf(error).some((cause) => sqlError(cause)?.state === CONFIGURATION_LIMIT_EXCEEDED);
}

function causesOf(error: unknown): readonly Error[] {
  const causes: Error[] = [];
  // Not instanceof: errors of sockets come from outside where code runs in a context of its own, as tests do.
  for (let at: unknown = error; types.isNativeError(at) && causes.length < 5; at = at.cause) causes.push(at);
  return causes;
}

function meansDown(error: Error): boolean {
  return saysSqlStateDown(sqlError(error)?.state) || hasCodeOfDown(error) || TEXTS.test(error.message);
}

/** Class 08: connection; 57P0x: shutting down or starting; 53300: too many connections. */
function saysSqlStateDown(state = ''): boolean {
  return state.startsWith('08') || state.startsWith('57P0') || state === '53300';
}

function hasCodeOfDown(error: Error & { readonly code?: unknown } & DriverFailure): boolean {
  const { code, meta } = error;
  const kind = meta?.driverAdapterError?.cause?.kind;
  if (typeof kind === 'string' && DRIVER_KINDS.has(kind)) return true;
  return typeof code === 'string' && (PRISMA_CODES.has(code) || SOCKET_CODES.has(code));
}
