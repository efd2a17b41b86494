import { finished } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
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

/** A value of a column: text as it is, anything else but null as JSON. */
export type CopyValue = string | number | object | null | undefined;

/**
 * Adds rows to a table by COPY, which costs a fraction of INSERT.
 * @param into table and columns, e.g. `changes (task_id, rank)`: our own words, never a caller's.
 */
export async function copyRows(tx: Tx, into: string, rows: readonly (readonly CopyValue[])[]): Promise<void> {
  const stream = connectionOf(tx).query(copyFrom(`COPY ${into} FROM STDIN`));
  stream.end(rows.map(toLine).join(''));
  await finished(stream);
}

/** Text format of COPY (postgresql.org, COPY, File Formats). */
function toLine(row: readonly CopyValue[]): string {
  return `${row.map(toField).join('\t')}\n`;
}

function toField(value: CopyValue): string {
  if (value === null || value === undefined) return '\\N';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return NEEDS_ESCAPE.test(text) ? text.replace(EACH_TO_ESCAPE, (sign) => ESCAPED[sign] ?? sign) : text;
}

const NEEDS_ESCAPE = /[\\\t\n\r]/;
const EACH_TO_ESCAPE = /[\\\t\n\r]/g;
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
