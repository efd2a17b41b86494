import type { Db } from '../../platform/db.js';
import type { FaultProcess } from './fault-process.js';

/** Everything that a task writes besides its own row. */
const TABLES = ['staged_records', 'changes', 'known_records', 'users', 'departments', 'memberships'];

/** Sees which process writes what, by the port of its connection. */
export interface WriteWatch {
  /** Rows that the process wrote from a time on. */
  rowsOf(process: FaultProcess, since: Date): Promise<number>;
}

/** Has PostgreSQL note every row that is written from now on. */
export async function watchWrites({ pool }: Db): Promise<WriteWatch> {
  await pool.query(`
    CREATE TABLE fault_writes (port int, at timestamptz NOT NULL DEFAULT clock_timestamp(), what text);
    CREATE FUNCTION fault_note() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO fault_writes (port, what) VALUES (inet_client_port(), TG_TABLE_NAME); RETURN NULL; END $$`);
  for (const table of TABLES) {
    await pool.query(
      `CREATE TRIGGER fault_note AFTER INSERT OR UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION fault_note()`,
    );
  }
  return {
    async rowsOf({ postgres }, since) {
      const { rows } = await pool.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM fault_writes WHERE port = ANY($1::int[]) AND at >= $2',
        [[...postgres.ports], since],
      );
      return rows[0]!.count;
    },
  };
}
