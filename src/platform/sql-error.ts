/** What PostgreSQL said went wrong: its SQLSTATE and, for a broken rule of the schema, the rule's name. */
export interface SqlError {
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
