import type { z } from 'zod';
import { RequestError } from '../../domain/errors.js';

/** The parts of a request, and what a mistake in them is answered with. */
const STATUS = { query: 400, body: 422 } as const;

const MAX_ERRORS = 100;

/**
 * Turns what was sent into what the route works with.
 * @throws RequestError `invalid_request` naming every path.
 */
export function parseInput<T>(part: keyof typeof STATUS, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const where = part === 'query' ? 'The query' : 'The body';
  throw new RequestError(STATUS[part], 'invalid_request', `${where} is not valid.`, listIssues(parsed.error));
}

/** A zod error as paths and messages; zod's messages name types and keys, never values. */
export function listIssues(error: z.ZodError, prefix = ''): { path: string; message: string }[] {
  return error.issues.slice(0, MAX_ERRORS).map((issue) => ({
    path: [...(prefix ? [prefix] : []), ...issue.path.map(String)].join('.'),
    message: messageOf(issue),
  }));
}

/** Of a refused key of a record zod says only that it is invalid; the reasons are those of the key's own schema. */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_key') return issue.message;
  return issue.issues.map(({ message }) => message).join('; ') || issue.message;
}
