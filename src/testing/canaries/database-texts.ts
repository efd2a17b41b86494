import { text } from 'node:stream/consumers';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Haystack } from '../find-secrets.js';

/**
 * Everything that a database shows as text, as a dump has it: tables, views and sequences of every schema, the
 * catalogue's and the queue's too, with each row's system columns. After that the bytes of the tables' files, in which
 * rows that were changed or deleted still stand. Needs a superuser.
 */
export async function databaseTexts(pool: pg.Pool): Promise<Haystack[]> {
  const client = await pool.connect();
  try {
    // The planner's samples of values are part of the catalogue.
    await client.query('ANALYZE');
    // Files have what was written last only after a checkpoint.
    await client.query('CHECKPOINT');
    const shown = await client.query<Relation>(SHOWN);
    const texts: Haystack[] = [];
    for (const { name, kind } of shown.rows) texts.push(await dump(client, name, kind));
    const files = await client.query<{ name: string; bytes: Buffer }>(FILES);
    return [
      ...texts,
      ...files.rows.map(({ name, bytes }) => ({ from: `file ${name}`, text: bytes.toString('latin1') })),
    ];
  } finally {
    client.release();
  }
}

interface Relation {
  /** Quoted, with its schema. */
  readonly name: string;
  /** r = table, m = materialized view, S = sequence, v = view (pg_class.relkind). */
  readonly kind: string;
}

/** What tells of memory nodes (PostgreSQL 18) fails on machines without, and holds no values. */
const SHOWN = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relkind AS kind
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'm', 'S', 'v') AND c.relname <> 'pg_shmem_allocations_numa' ORDER BY 1`;

/** Of tables, what is stored apart (TOAST) and indexes: no view has a file. */
const FILES = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name, pg_read_binary_file(pg_relation_filepath(c.oid)) AS bytes
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'm', 'S', 't', 'i') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND pg_relation_size(c.oid) > 0`;

async function dump(client: pg.PoolClient, name: string, kind: string): Promise<Haystack> {
  const columns = kind === 'v' ? 't.*' : 't.tableoid, t.ctid, t.xmin, t.xmax, t.*';
  const stream = client.query(copyTo(`COPY (SELECT ${columns} FROM ${name} t) TO STDOUT`));
  return { from: `${kind === 'v' ? 'view' : 'table'} ${name}`, text: await text(stream) };
}
