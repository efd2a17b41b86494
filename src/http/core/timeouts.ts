/**
 * How long the API waits for the database. An early error is better than a long wait: a request may need two
 * connections after each other, and is answered within 2 s when none is available. Deleting a big source takes the
 * longest statements.
 */
export const API_TIMEOUTS = { connectWithinMs: 900, statementWithinMs: 60_000 } as const;
