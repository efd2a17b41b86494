/**
 * How long the API waits for the database. Who calls is better told than kept waiting: a request may need two
 * connections after each other, and is answered within 2 s when none is to be had. Deleting a big source takes the
 * longest statements.
 */
export const API_PATIENCE = { connectWithinMs: 900, statementWithinMs: 60_000 } as const;
