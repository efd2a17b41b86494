import { nameOfSource } from '../domain/source-state.js';
import type { Tx } from '../platform/db.js';

/** Maximum number of rows of each sort; in practice a user has fewer. */
const LIMIT = 10_000;

/** Export all data that the database stores about one person, as JSON rows by sort. */
export async function exportUser(tx: Tx, id: string): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const [users, records, memberships, changes, staged, pushed, audit] = [
    await tx.$queryRaw<Row[]>`SELECT to_jsonb(u) AS row FROM users u WHERE u.id = ${id}::uuid`,
    await recordsOf(tx, id),
    await tx.$queryRaw<Row[]>`
      SELECT to_jsonb(m) || jsonb_build_object('department', d.title) AS row
      FROM memberships m JOIN departments d ON d.id = m.department_id WHERE m.user_id = ${id}::uuid LIMIT ${LIMIT}`,
    await tx.$queryRaw<Row[]>`
      SELECT to_jsonb(c) AS row FROM changes c WHERE c.target_id = ${id}::uuid LIMIT ${LIMIT}`,
    await tx.$queryRaw<Row[]>`
      SELECT to_jsonb(s) - 'hash' AS row
      FROM known_records k JOIN sync_tasks t ON t.source_id = k.source_id
      JOIN staged_records s ON s.task_id = t.id AND s.kind = k.kind AND s.external_id = k.external_id
      WHERE k.kind = 'user' AND k.target_id = ${id}::uuid AND s.data IS NOT NULL LIMIT ${LIMIT}`,
    await tx.$queryRaw<Row[]>`
      SELECT jsonb_build_object('push', p.id, 'receivedAt', p.received_at, 'record', r.record) AS row
      FROM known_records k JOIN pushes p ON p.source_id = k.source_id AND p.kind = k.kind
      CROSS JOIN LATERAL jsonb_array_elements(p.records) AS r (record)
      WHERE k.kind = 'user' AND k.target_id = ${id}::uuid AND r.record->>'uid' = k.external_id LIMIT ${LIMIT}`,
    await tx.$queryRaw<Row[]>`
      SELECT to_jsonb(a) - 'hash' - 'prev_hash' AS row FROM audit_entries a
      WHERE a.object_type = 'user' AND a.object_id = ${id} ORDER BY a.id LIMIT ${LIMIT}`,
  ].map((rows) => rows.map(({ row }) => row));
  const sorts = { users, records, memberships, changes, staged, pushed, audit };
  return Object.fromEntries(Object.entries(sorts).map(([sort, rows]) => [sort, rows ?? []]));
}

interface Row {
  readonly row: unknown;
}

/** The records of the user, with the names of their sources. */
async function recordsOf(tx: Tx, id: string): Promise<readonly Row[]> {
  const rows = await tx.$queryRaw<{ row: object; source: string }[]>`
    SELECT to_jsonb(k) - 'hash' AS row, s.name AS source
    FROM known_records k JOIN sources s ON s.id = k.source_id
    WHERE k.kind = 'user' AND k.target_id = ${id}::uuid LIMIT ${LIMIT}`;
  return rows.map(({ row, source }) => ({ row: { ...row, source: nameOfSource(source) } }));
}
