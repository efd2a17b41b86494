import { connectionOf, type Prisma, type Tx } from './db.js';

/**
 * Statements with a page of rows in them or as their answer. They run in Prisma's transaction, on its connection, but
 * past its client, which turns every parameter into JSON and back and takes several microseconds a value of an answer.
 */

/** Runs a statement. @returns the number of rows that it touched. @throws pg's errors (`sqlError` reads them). */
export async function executeBulk(tx: Tx, { text, values }: Prisma.Sql): Promise<number> {
  const { rowCount } = await connectionOf(tx).query(text, values);
  return rowCount ?? 0;
}

/** Reads a page, in the order of the query. It travels as one JSON text: numbers are JavaScript's, dates are text. */
export async function readPage<Row>(tx: Tx, { text, values }: Prisma.Sql): Promise<Row[]> {
  const wrapped = `SELECT coalesce(json_agg(page), '[]')::text AS rows FROM (${text}) AS page`;
  const { rows } = await connectionOf(tx).query<{ rows: string }>(wrapped, values);
  return JSON.parse(rows[0]?.rows ?? '[]') as Row[];
}
